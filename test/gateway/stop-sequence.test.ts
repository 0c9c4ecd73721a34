import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { MODEL, tinyManifest } from '../support/tiny-project.ts'

const usage = { input_tokens: 1, output_tokens: 1 }
const MESSAGE = { id: 'm', type: 'message', role: 'assistant', model: MODEL }

const whole = (sequence: string): string =>
  JSON.stringify({
    ...MESSAGE,
    content: [{ type: 'text', text: 'one' }],
    stop_reason: 'stop_sequence',
    stop_sequence: sequence,
    usage,
  })

const streamed = (sequence: string): string =>
  [
    { type: 'message_start', message: { ...MESSAGE, content: [], usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'one' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: sequence },
      usage: { output_tokens: 1 },
    },
    { type: 'message_stop' },
  ]
    .map((event) => `data: ${JSON.stringify(event)}\n\n`)
    .join('')

// Canaries make a gateway hold an answer whole before any of it leaves.
describe.each<readonly [string, string]>([
  ['piece by piece', tinyManifest()],
  ['held whole', tinyManifest().replace('guard: { preset: T1 }', 'guard: { preset: T1, canaries: true }')],
])('an answer of Anthropic that goes on %s', (_, manifest) => {
  let gateway: BareGateway
  beforeAll(async () => {
    gateway = await startBareGateway({ protocol: 'anthropic', manifest })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const answered = async (wire: string, isStream: boolean, sequence: string): Promise<string> => {
    gateway.provider.answer({ kind: 'raw', body: isStream ? streamed(sequence) : whole(sequence) })
    const { path, request } = WIRES[wire]!
    const own = wire === 'messages' ? { stop_sequences: ['END', 'STOP'] } : { stop: ['END', 'STOP'] }
    const text = await (await gateway.post(path, { ...request({}, { isStream }), ...own })).text()
    expect(gateway.bugs).toEqual([])
    expect(text).toContain('one')
    return text
  }

  test.each([false, true])('says at which of its sequences it stopped, streamed: %s', async (isStream) => {
    const text = await answered('messages', isStream, 'STOP')
    expect(text).toContain('"stop_reason":"stop_sequence","stop_sequence":"STOP"')
  })

  test.each([false, true])('says nothing of a sequence that nobody asked for, streamed: %s', async (isStream) => {
    const text = await answered('messages', isStream, 'the key is 7')
    expect(text).toContain('"stop_reason":"end_turn","stop_sequence":null')
    expect(text).not.toContain('the key is 7')
  })

  test.each([false, true])('has a reason that clients of chat completions know, streamed: %s', async (isStream) => {
    const text = await answered('chat', isStream, 'STOP')
    expect(text).toContain('"finish_reason":"stop"')
    expect(text).not.toContain('STOP')
  })
})
