import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says } from '../support/fake-provider.ts'
import { saidIn } from '../support/gateway-wires.ts'
import { MODEL, systemText, tinyManifest } from '../support/tiny-project.ts'

// Nothing is put before an answer that a program reads in a form.

const DISCLOSURE = 'You are talking to an AI.'
const ANSWER = '{"a":1}'
const NOTICES = {
  default: 'en',
  languages: { en: { version: '1', disclosure: DISCLOSURE, refusal: 'No.', outage: 'Down.' } },
}
const extra = `notices: ${JSON.stringify(NOTICES)}`
const user = [{ role: 'user', content: 'Hi' }]

const REQUESTS: Readonly<Record<string, readonly [string, object]>> = {
  chat: ['/v1/chat/completions', { messages: [{ role: 'system', content: systemText() }, ...user] }],
  responses: ['/v1/responses', { instructions: systemText(), input: user }],
  messages: ['/v1/messages', { max_tokens: 9, system: systemText(), messages: user }],
}
const SCHEMA = { type: 'json_schema', schema: { type: 'object' } }

describe.each(['openai', 'anthropic'] as const)('of a provider that speaks %s', (protocol) => {
  let gateway: BareGateway
  beforeAll(async () => {
    gateway = await startBareGateway({ manifest: tinyManifest({ extra }), protocol })
    gateway.provider.answer(
      protocol === 'openai'
        ? says(ANSWER)
        : {
            kind: 'raw',
            body: JSON.stringify({
              id: 'm',
              type: 'message',
              role: 'assistant',
              model: MODEL,
              content: [{ type: 'text', text: ANSWER }],
              stop_reason: 'end_turn',
              usage: { input_tokens: 1, output_tokens: 1 },
            }),
          },
    )
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const said = async (wire: string, settings: object): Promise<string> => {
    const [path, body] = REQUESTS[wire]!
    return saidIn(await (await gateway.post(path, { model: MODEL, ...body, ...settings })).text())
  }
  const formed: readonly (readonly [string, object])[] =
    protocol === 'openai'
      ? [
          ['chat', { response_format: { type: 'json_object' } }],
          ['chat', { guided_json: { type: 'object' } }],
          ['chat', { guided_choice: ['yes', 'no'] }],
          ['chat', { structured_outputs: { json: {} } }],
          ['chat', { format: 'json' }],
          ['chat', { a_word_of_tomorrow: true }],
          ['responses', { text: { format: { ...SCHEMA, name: 'a' } } }],
        ]
      : [
          ['messages', { output_config: { format: SCHEMA } }],
          ['messages', { output_config: { format: SCHEMA, effort: 'low' } }],
          ['messages', { output_format: SCHEMA }],
          ['messages', { a_word_of_tomorrow: 'x' }],
        ]
  const free: readonly (readonly [string, object])[] =
    protocol === 'openai'
      ? [
          ['chat', {}],
          ['chat', { response_format: { type: 'text' }, format: null, temperature: 0, top_k: 3, seed: 1, user: 'u' }],
          ['responses', { text: { format: { type: 'text' }, verbosity: 'low' }, temperature: 0 }],
          ['messages', { temperature: 0 }],
        ]
      : [
          ['messages', { temperature: 0, thinking: { type: 'disabled' }, output_config: { effort: 'low' } }],
          ['chat', { temperature: 0 }],
        ]

  test.each(formed)('an answer over %s to %j stays as it is', async (wire, settings) => {
    const text = await said(wire, settings)
    expect(text).toContain(ANSWER)
    expect(text).not.toContain(DISCLOSURE)
  })

  test.each(free)('an answer over %s to %j says who speaks', async (wire, settings) => {
    expect(await said(wire, settings)).toContain(`${DISCLOSURE}\n\n${ANSWER}`)
  })
})
