import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import type { FakeChoice } from '../support/fake-provider.ts'
import { saidIn, WIRES } from '../support/gateway-wires.ts'
import { MODEL } from '../support/tiny-project.ts'

// A call that the model had no room to finish is left out; the client learns that the room was too small.

const cells = Object.keys(WIRES).flatMap((wire) => [false, true].map((isStream) => ({ wire, isStream })))
const ENDS: Readonly<Record<string, string>> = {
  chat: '"finish_reason":"length"',
  messages: '"stop_reason":"max_tokens"',
  responses: '"reason":"max_output_tokens"',
}
const call = (id: string, args: string): NonNullable<FakeChoice['toolCalls']>[number] => ({
  id,
  name: 'lookup_order',
  arguments: args,
})
const WHOLE = call('call_whole', '{"order":"7"}')
const CUT = call('call_cut', '{"order":"12')

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.bugs.length = 0
  gateway.outcomes.length = 0
})

describe.each(cells)('a client of $wire, streamed: $isStream,', ({ wire, isStream }) => {
  const ask = async (choice: FakeChoice): Promise<string> => {
    gateway.provider.answer({ kind: 'completion', choices: [choice] })
    const { path, request } = WIRES[wire]!
    const body = await (await gateway.post(path, request({}, { isStream }))).text()
    expect(gateway.bugs).toEqual([])
    return body
  }

  test.each(['{"order":"12', '{', ''])('gets the text and the reason, and no call with arguments %j', async (args) => {
    const body = await ask({ text: 'I look.', toolCalls: [call('call_cut', args)], finishReason: 'length' })
    expect(saidIn(body)).toContain('I look.')
    expect(body).toContain(ENDS[wire])
    expect(body).not.toContain('call_cut')
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'completed', tools: [] })
  })

  test('gets the calls that were finished before it', async () => {
    const body = await ask({ toolCalls: [WHOLE, CUT], finishReason: 'length' })
    expect(body).toContain('call_whole')
    expect(body).not.toContain('call_cut')
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'completed', tools: [{ tool: 'lookup_order' }] })
  })

  test.each<readonly [string, FakeChoice]>([
    ['whose answer says that it is whole', { toolCalls: [CUT], finishReason: 'tool_calls' }],
    ['that is whole and wrong', { toolCalls: [call('call_cut', '{"order":7}')], finishReason: 'length' }],
    ['of no declared tool', { toolCalls: [{ ...WHOLE, name: 'other' }], finishReason: 'length' }],
  ])('is denied a call %s', async (_, choice) => {
    expect(await ask(choice)).toContain('tool_call_denied')
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'denied', code: 'tool_call_denied' })
  })
})

describe('of a provider that speaks anthropic, and closes what had come to be JSON,', () => {
  let other: BareGateway
  beforeAll(async () => {
    other = await startBareGateway({ protocol: 'anthropic' })
  })
  afterAll(() => other[Symbol.asyncDispose]())

  const use = (id: string, input: object): object => ({ type: 'tool_use', id, name: 'lookup_order', input })
  const ask = async (wire: string, stopReason: string, ...content: readonly object[]): Promise<string> => {
    const body = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: MODEL,
      content,
      stop_reason: stopReason,
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    other.provider.answer({ kind: 'raw', body: JSON.stringify(body) })
    const { path, request } = WIRES[wire]!
    return (await other.post(path, request({}, { isStream: false }))).text()
  }
  const wires = ['chat', 'messages']

  test.each(wires.flatMap((wire) => [{}, { order: '12' }].map((input) => ({ wire, input }))))(
    'the last call is left out for a client of $wire, with input $input',
    async ({ wire, input }) => {
      const body = await ask(wire, 'max_tokens', use('call_whole', { order: '7' }), use('call_cut', input))
      expect(body).toContain(ENDS[wire])
      expect(body).toContain('call_whole')
      expect(body).not.toContain('call_cut')
    },
  )

  test.each(wires)(
    'a call that text follows is whole, as is one that ends the answer, for a client of %s',
    async (wire) => {
      const text = { type: 'text', text: 'And' }
      expect(await ask(wire, 'max_tokens', use('call_whole', { order: '7' }), text)).toContain('call_whole')
      expect(await ask(wire, 'tool_use', text, use('call_whole', { order: '7' }))).toContain('call_whole')
    },
  )
})
