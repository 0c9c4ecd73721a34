import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { tinyManifest } from '../support/tiny-project.ts'

// What the settings of a request say is judged as the document that they are: numbers, and names before their values.

const CARD = 4_111_111_111_111_111
const PASSWORD = 'Tr0ub4dor-and-3-more'

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway({
    manifest: tinyManifest()
      .replace('guard: { preset: T1 }', 'guard: { preset: T1, input: { pii: { action: redact } } }')
      .replace(
        '- { id: small, provider: openai, model: model-b }',
        '- { id: small, provider: openai, model: model-b }\n    - { id: embed, provider: openai, model: embed-a }',
      ),
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.provider.seen.length = 0
  gateway.provider.answer(says('hello'))
})

async function sent(path: string, body: object): Promise<{ status: number; reached: string }> {
  const { status } = await gateway.post(path, body)
  expect(gateway.bugs).toEqual([])
  return { status, reached: JSON.stringify(gateway.provider.seen.map((seen) => seen.body)) }
}

const schema = (properties: object): object => ({ type: 'object', properties })
const formOf = (properties: object): object => ({
  type: 'json_schema',
  json_schema: { name: 'card', schema: schema(properties) },
})
const card = { card: { const: CARD } }

const carrying: readonly (readonly [string, string, object])[] = [
  ['a card in the schema of an answer', 'chat', { response_format: formOf(card) }],
  ['a card among the values of a schema', 'chat', { response_format: formOf({ card: { enum: [1, CARD] } }) }],
  ['a card as the seed', 'chat', { seed: CARD }],
  [
    'a password that only its name tells',
    'chat',
    { response_format: formOf({ password: { const: PASSWORD }, x: { default: { password: PASSWORD } } }) },
  ],
  [
    'a card in the schema of an answer',
    'responses',
    { text: { format: { type: 'json_schema', name: 'card', schema: schema(card) } } },
  ],
  ['a card as the temperature', 'responses', { temperature: CARD }],
  ['a card in a field that is not known', 'messages', { metadata: { user_id: 'u', card: CARD } }],
]

test.each(carrying)('%s does not reach the provider of %s', async (_, wire, setting) => {
  const { path, request } = WIRES[wire]!
  const { status, reached } = await sent(path, { ...request({}, { isStream: false }), ...setting })
  expect([status, reached]).toEqual([400, '[]'])
})

test.each([{ seed: CARD }, { options: { password: PASSWORD } }])('nor that of embeddings: %j', async (setting) => {
  expect(await sent('/v1/embeddings', { model: 'embed-a', input: 'hi', ...setting })).toEqual({
    status: 400,
    reached: '[]',
  })
})

describe('settings as applications send them', () => {
  test.each<readonly [string, object]>([
    [
      'chat',
      { temperature: 0.7, max_tokens: 4_096, seed: 1_234_567_890, stop: ['END'], logit_bias: { '50256': -100 } },
    ],
    ['chat', { response_format: formOf({ year: { type: 'integer', minimum: 1_900, maximum: 2_100 } }) }],
    ['responses', { temperature: 1, top_p: 0.9, max_output_tokens: 128_000 }],
    ['messages', { temperature: 1, stop_sequences: ['END'], max_tokens: 64_000 }],
  ])('reach the provider of %s: %j', async (wire, setting) => {
    const { path, request } = WIRES[wire]!
    const { status } = await sent(path, { ...request({}, { isStream: false }), ...setting })
    expect(status).toBe(200)
  })
})
