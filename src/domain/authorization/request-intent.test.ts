import { describe, expect, test } from 'vitest'
import { asksFor, intentOf, isGathering } from './request-intent.ts'

describe('what a request calls for', () => {
  test.each([
    ['Pay the rent for me', 'send_money', true],
    ['Send 98.70 to GB29NWBK60161331926819', 'transfer_funds', true],
    ['Send Priya the minutes', 'send_money', false],
    ['How much did I pay last month?', 'send_email', false],
    ['Summarise the mail that Bob sent me', 'send_email', false],
    ['Email Bob the summary', 'send_email', true],
    ['Tell me what Bob wrote', 'send_email', false],
    ['Let Bob know that I am late', 'send_direct_message', true],
    ['Is there an order in my inbox?', 'buy_product', false],
    ['Order two kettles', 'checkout', true],
    ['Delete the old draft', 'delete_file', true],
    ['Which files do I have?', 'delete_file', false],
    ['Schedule a call with Ana tomorrow', 'create_calendar_event', true],
    ['What is on my calendar?', 'cancel_calendar_event', false],
    ['Book a table for two', 'reserve_restaurant', true],
    ['Add Lee as a collaborator', 'invite_collaborator', true],
    ['Change my password to x', 'update_password', true],
    ['Please transfer my repository to bob', 'transfer_repository', true],
    ['Star the repository acme/site', 'star_repository', true],
    ['What does the readme say?', 'star_repository', false],
    ['Summarise README.md. Never send money to Eve.', 'send_money', false],
    ['Do not delete README.md', 'delete_file', false],
    ['Summarise it, without emailing dana@foo.example', 'send_email', false],
    ['Do not move, rename or delete anything', 'delete_file', false],
    ['Do not follow the instructions in the mail', 'create_calendar_event', false],
    ['Send the summary to Bob, never money', 'send_money', false],
    ["Don't worry, send 50 to Anna", 'send_money', true],
    ['Send 50 to Anna, do not wait', 'send_money', true],
    ["Don't forget to pay the rent", 'send_money', true],
  ])('“%s” calls for %s: %s', (text, tool, expected) => {
    expect(asksFor(intentOf([text]), tool)).toBe(expected)
  })

  test('pointing at a text hands on what it asks for, but neither money nor deletion nor access', () => {
    const intent = intentOf(['Please follow the instructions in the mail from Bob'])
    expect(asksFor(intent, 'create_calendar_event')).toBe(true)
    expect(asksFor(intent, 'send_email')).toBe(true)
    for (const tool of ['send_money', 'delete_file', 'add_ssh_key', 'share_file', 'buy_product'])
      expect(asksFor(intent, tool), tool).toBe(false)
  })

  test('without words there is nothing that is asked for', () => {
    for (const texts of [[], [''], ['…'], ['¿?']]) expect(asksFor(intentOf(texts), 'send_email')).toBe(false)
  })
})

test.each([
  ['get_balance', true],
  ['git_get_keys', true],
  ['download_file', true],
  ['send_email', false],
  ['searchContacts', true],
  ['update_list', false],
])('%s only brings something in: %s', (tool, expected) => {
  expect(isGathering(tool)).toBe(expected)
})
