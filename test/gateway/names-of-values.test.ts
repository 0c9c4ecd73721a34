// What a value is called holds wherever the gateway judges a document: in tool results, and in calls, streamed or not.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'

const PASSWORD = 'hunter2-Zulu90!xQ'
const DOCUMENTS = [
  { db_password: { sensitive: true, type: 'string', value: PASSWORD } },
  [{ name: 'DB_PASSWORD', slotSetting: false, value: PASSWORD }],
  { ParameterKey: 'DbPassword', ParameterValue: PASSWORD },
  { value: PASSWORD, note: 'fine', name: 'password' },
]
const CASES = Object.keys(WIRES).flatMap((wire) => [true, false].map((isStream) => ({ wire, isStream })))

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway({})
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.provider.seen.length = 0
})

test.each(CASES)('a tool result reaches the provider of $wire without them, streamed: $isStream', async (row) => {
  const { path, request } = WIRES[row.wire]!
  for (const document of DOCUMENTS) {
    gateway.provider.answer(says('hello'))
    const { status } = await gateway.post(path, request({ toolResult: JSON.stringify(document) }, row))
    expect(status).toBe(200)
    expect(JSON.stringify(gateway.provider.seen.at(-1)?.body)).toContain('PASSWORD]')
    expect(JSON.stringify(gateway.provider.seen)).not.toContain(PASSWORD)
  }
  expect(gateway.bugs).toEqual([])
})

test.each(CASES)('a call reaches the client of $wire without them, streamed: $isStream', async (row) => {
  const { path, request } = WIRES[row.wire]!
  for (const document of DOCUMENTS) {
    const call = { id: 'call_2', name: 'lookup_order', arguments: JSON.stringify({ order: '1', note: document }) }
    gateway.provider.answer({ kind: 'completion', choices: [{ toolCalls: [call] }] })
    const response = await gateway.post(path, request({}, row))
    expect(await response.text()).not.toContain(PASSWORD)
    expect(JSON.stringify(gateway.outcomes.at(-1))).toMatch(/secret.(?:database|generic)-password/)
  }
  expect(gateway.bugs).toEqual([])
})
