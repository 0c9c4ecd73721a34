import { describe, expect, test } from 'vitest'
import type { Tool } from '../manifest/manifest.ts'
import { asksFor, intentOf, isDescribedBy, isGathering } from './request-intent.ts'

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
    // What the verb governs is of another kind than what the tool works on.
    ['Write a file notes.md', 'send_email', false],
    ['Write a file notes.md', 'memory_save', false],
    ['Write a file notes.md', 'write_file', true],
    ['Write Bob that I am late', 'send_email', true],
    ['Remember that I am vegan', 'memory_save', true],
    ['Delete the draft', 'delete_repository', false],
    ['Delete the repository', 'delete_repository', true],
    ['Cancel the meeting with Bob', 'delete_email', false],
    ['Clear my afternoon', 'delete_file', false],
    ['Change the meeting to 3pm', 'update_bank_details', false],
    ['Change my bank details', 'update_bank_details', true],
    ['Set the thermostat to 21', 'update_user_info', false],
    ['Mark the mail as read', 'update_profile', false],
    ['Book a table for two', 'reserve_hotel', false],
    ['Book a room for two', 'reserve_hotel', true],
    ['Mail me a summary at me@x.example', 'create_mail_rule', false],
    ['Create a rule that files newsletters', 'create_mail_rule', true],
    ['Push back the meeting', 'push_files', false],
    ['Pay attention to the notes', 'send_money', false],
    ['Settle the argument', 'send_money', false],
    // A number that counts something is no sum.
    ['Send 3 photos to Bob', 'send_money', false],
    ['Send 98.70 to Bob', 'send_money', true],
    ['Give Bob 20', 'send_money', true],
    ['Send a third of it each to DE89370400440532013000', 'send_money', true],
    ['Order a pizza', 'return_order', false],
    ['Send back the lamp', 'return_order', true],
    ['Swap the boots for size 9', 'exchange_order_items', true],
    // Told or asked, not ordered.
    ['How much rent did I pay last year?', 'send_money', false],
    ['Can I pay the rent now?', 'send_money', true],
    // Nouns of other languages are no verbs of English.
    ['Fasse mir die Mail von Herrn Vogt zusammen', 'send_email', false],
    ['Lies mir den letzten Post vor', 'publish_post', false],
    ['Muéstrame el post de Ana', 'publish_post', false],
    ['Lis le message de Paul', 'send_message', false],
    ['Reserva um hotel em Lisboa. Cancel meine Mail nicht', 'send_email', false],
    ['Reserve o hotel mais barato em Coimbra', 'reserve_hotel', true],
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

describe('a tool by the words of its description', () => {
  const tool = (id: string, effect: Tool['effect']): Tool => ({ id, schema: 's', effect })
  test.each<[string, string, Tool['effect'], string, boolean]>([
    ['Label the crash issues as bug', 'update_issue', 'write', 'Change state or labels of an issue.', true],
    ['Read the issue', 'update_issue', 'write', 'Change state or labels of an issue.', false],
    ['What is the state of the issue?', 'update_issue', 'write', 'Change state or labels of an issue.', false],
    ['Read the log and rerun it', 'rerun_workflow', 'write', 'Run a workflow again.', true],
    ['Roll back to the version before', 'rollback', 'irreversible', 'Roll a service back to a version.', true],
    ['Restart the service', 'rollback', 'irreversible', 'Roll a service back to a version.', false],
    ['Label the issues', 'create_rule', 'write', 'Create a rule. It labels issues.', false],
    ['Label the issues', 'create_rule', 'write', 'Create a rule that labels issues.', false],
  ])('“%s” calls for %s, %s, “%s”: %s', (...[text, id, effect, description, expected]) => {
    expect(isDescribedBy(intentOf([text]), tool(id, effect), { description })).toBe(expected)
  })

  test('without a description, by its name alone', () => {
    expect(isDescribedBy(intentOf(['Label the issues']), tool('set_label', 'write'), undefined)).toBe(true)
    expect(isDescribedBy(intentOf(['Label the issues']), tool('set_colour', 'write'), undefined)).toBe(false)
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
