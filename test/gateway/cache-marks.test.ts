import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { EMAIL, SSN } from '../support/guard-fixture.ts'
import { messageOf, said } from '../support/thinking-answer.ts'
import { LOOKUP_SCHEMA, MODEL, systemText, tinyManifest } from '../support/tiny-project.ts'

// A provider caches what stands before a mark: a mark that moves to what is new each time never hits.

let gateway: BareGateway
beforeAll(async () => {
  const guard = 'guard: { preset: T1, input: { pii: { action: redact } } }'
  gateway = await startBareGateway({
    protocol: 'anthropic',
    manifest: tinyManifest().replace('guard: { preset: T1 }', guard),
  })
  gateway.provider.answer({ kind: 'raw', body: messageOf([said('Well.')], false) })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const HOUR = { cache_control: { type: 'ephemeral', ttl: '1h' } }
const FIVE = { cache_control: { type: 'ephemeral', ttl: '5m' } }
const text = (words: string, mark: object = {}): object => ({ type: 'text', text: words, ...mark })
const user = (...content: readonly object[]): object => ({ role: 'user', content })
const assistant = (...content: readonly object[]): object => ({ role: 'assistant', content })
const use = (mark: object = {}): object => ({
  type: 'tool_use',
  id: 'toolu_1',
  name: 'lookup_order',
  input: { order: '1' },
  ...mark,
})
const result = (content: unknown, mark: object = {}): object => ({
  type: 'tool_result',
  tool_use_id: 'toolu_1',
  content,
  ...mark,
})
const image = (mark: object): object => ({
  type: 'image',
  source: { type: 'url', url: 'https://pictures.example.com/order.png' },
  ...mark,
})

async function sent(messages: readonly object[], system: unknown = systemText()): Promise<Record<string, unknown>> {
  const tools = [{ name: 'lookup_order', input_schema: LOOKUP_SCHEMA }]
  const response = await gateway.post('/v1/messages', { model: MODEL, max_tokens: 100, system, messages, tools })
  expect([response.status, gateway.bugs]).toEqual([200, []])
  return gateway.provider.seen.at(-1)!.body
}

const half = systemText().indexOf('<note>')

test.each<[string, readonly object[]]>([
  ['a document before a question', [user(text('A long document', HOUR), text('A question'))]],
  ['a document, a picture and a question', [user(text('A document'), image(FIVE), text('A question'))]],
  [
    'what the model said and asked for, and what it got',
    [user(text('Hi')), assistant(text('One moment', FIVE), use(HOUR)), user(result('found', FIVE), text('And?', HOUR))],
  ],
  [
    'some of what the model said, and some of what it got',
    [
      user(text('Hi')),
      assistant(text('One', HOUR), text(' moment'), use()),
      user(result([text('first', FIVE), text('second')]), text('And?')),
    ],
  ],
])('marks stay behind %s', async (_, messages) => {
  expect((await sent(messages))['messages']).toEqual(messages)
})

test('a mark stays behind the part of the prompt that it was put behind', async () => {
  const system = [text(systemText().slice(0, half), HOUR), text(systemText().slice(half))]
  expect((await sent([user(text('Hi'))], system))['system']).toEqual(system)
})

test('marks keep their places where something is taken out', async () => {
  const messages = [
    user(text(`Document of ${EMAIL}`, HOUR), text('Hi')),
    assistant(text(`One moment, ${EMAIL}`, FIVE), use()),
    user(result(`found ${EMAIL}`, FIVE)),
  ]
  const redacted = JSON.parse(JSON.stringify(messages).replaceAll(EMAIL, '[EMAIL]')) as unknown
  expect((await sent(messages))['messages']).toEqual(redacted)
})

test('where parts become one text, its end has the mark that lives longest', async () => {
  const messages = [user(text(`SSN ${SSN.slice(0, 6)}`, HOUR), text(`${SSN.slice(6)} it is`, FIVE))]
  expect((await sent(messages))['messages']).toEqual([user(text('SSN [US-SSN] it is', HOUR))])
})
