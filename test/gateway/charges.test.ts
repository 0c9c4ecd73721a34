// What a request is charged against limits, however it ends.
import { expect, test } from 'vitest'
import type { LimitedCall } from '../../src/adapters/limits/limiter.ts'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says, startFakeProvider, type FakeReply } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'
import { MODEL, systemText } from '../support/tiny-project.ts'

type Settled = unknown[]
const startCounting = (settled: Settled): Promise<BareGateway> =>
  startBareGateway({
    ports: { admitWithinLimits: async () => ({ kind: 'granted', settle: async (usage) => void settled.push(usage) }) },
  })

const LONG = says('It left this morning, and it is on its way to you. '.repeat(20))
const broken = (stopAfter: number): FakeReply => ({
  ...LONG,
  ...(LONG.kind === 'completion' ? { wire: { stopAfter, stopBy: 'reset', deltaChars: 20 } } : {}),
})

test.each<{ name: string; isStream: boolean; reply: FakeReply; charged: unknown }>([
  { name: 'a stream that breaks off keeps its estimate', isStream: true, reply: broken(10), charged: undefined },
  {
    name: 'a stream that is no stream keeps its estimate',
    isStream: true,
    reply: { kind: 'failure', status: 200, body: {} },
    charged: undefined,
  },
  {
    name: 'an answer that is no JSON keeps its estimate',
    isStream: false,
    reply: { kind: 'raw', body: '{"id":' },
    charged: undefined,
  },
  {
    name: 'a provider that is down costs nothing',
    isStream: false,
    reply: { kind: 'failure', status: 503, body: {} },
    charged: 'none',
  },
  {
    name: 'a provider that refuses costs nothing',
    isStream: true,
    reply: { kind: 'failure', status: 400, body: {} },
    charged: 'none',
  },
])('$name', async ({ isStream, reply, charged }) => {
  const settled: Settled = []
  await using gateway = await startCounting(settled)
  gateway.provider.answer(reply)
  const { path, request } = WIRES['chat']!
  await (await gateway.post(path, request({}, { isStream }))).text()
  expect(gateway.outcomes).toMatchObject([{ outcome: 'upstream-failed' }])
  expect(settled).toEqual([charged])
})

test.each([
  { name: 'that hold no numbers keep their estimate', reply: { kind: 'raw', body: '{}' }, charged: undefined },
  {
    name: 'of a provider that is down cost nothing',
    reply: { kind: 'failure', status: 503, body: {} },
    charged: 'none',
  },
] as const)('embeddings $name', async ({ reply, charged }) => {
  const settled: Settled = []
  await using gateway = await startCounting(settled)
  gateway.provider.answer(reply)
  await gateway.post('/v1/embeddings', { model: MODEL, input: 'Where is my order?' })
  expect(settled).toEqual([charged])
})

const WORDS = 'another few words here, to be counted as tokens. '
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const whole = (text: string): FakeReply => ({
  kind: 'raw',
  body: JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  }),
})
const OPENING = chunk({ role: 'assistant', content: '' })
/** Half an answer of about 2,000 tokens, and then nothing until the client is gone. */
async function* endless(piece: object, gone: () => Promise<void> | undefined): AsyncGenerator<string> {
  yield OPENING
  for (let at = 0; at < 200; at += 1) yield chunk(piece)
  await gone()
}
const breakingOff = (piece: object): FakeReply => ({
  kind: 'raw',
  body: [OPENING, ...Array.from({ length: 200 }, () => chunk(piece))].join(''),
})
/** More of it than the budget pays for. */
const LEFT_AT_CHARS = 7_000

function saidIn(events: string): number {
  return [...events.matchAll(/"(?:reasoning_)?content":"([^"]*)"/g)].reduce(
    (sum, [, said = '']) => sum + said.length,
    0,
  )
}

/** Up to where its client leaves it, or to its end. */
async function readUntilLeft(response: Response): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; saidIn(text) < LEFT_AT_CHARS;) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done) return
    text += value
  }
}

type Gone = () => Promise<void> | undefined
test.each<{ name: string; isStream: boolean; reply: (gone: Gone) => FakeReply; served: number }>([
  {
    name: 'a long stream that breaks off',
    isStream: true,
    reply: () => breakingOff({ content: WORDS }),
    served: 1,
  },
  {
    name: 'a long stream that its client leaves',
    isStream: true,
    reply: (gone) => ({ kind: 'script', pieces: endless({ content: WORDS }, gone) }),
    served: 1,
  },
  {
    name: 'long reasoning that its client leaves',
    isStream: true,
    reply: (gone) => ({ kind: 'script', pieces: endless({ reasoning_content: WORDS }, gone) }),
    served: 1,
  },
  {
    name: 'long arguments that break off',
    isStream: true,
    reply: () =>
      breakingOff({ tool_calls: [{ index: 0, id: 'c', function: { name: 'lookup_order', arguments: WORDS } }] }),
    served: 1,
  },
  { name: 'a long answer', isStream: false, reply: () => whole(WORDS.repeat(200)), served: 1 },
  { name: 'a short answer', isStream: false, reply: () => whole('Hi.'), served: 6 },
])(
  'without usage, of $name a budget of 1,500 tokens pays for no more than fits',
  async ({ isStream, reply, served }) => {
    await using provider = await startFakeProvider()
    await using light = await startLightGateway({
      upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
      limits: {
        answerTokens: 200,
        rules: [{ id: 'tokens', per: 'system', unit: 'tokens', amount: 1_500, period: 'month' }],
      },
    })
    let answered = 0
    while (answered < 8) {
      provider.answer(reply(() => provider.seen.at(-1)?.gone))
      const leaving = new AbortController()
      const response = await fetch(`${light.gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${light.signer.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: MODEL,
          stream: isStream,
          messages: [
            { role: 'system', content: systemText() },
            { role: 'user', content: 'Hi' },
          ],
        }),
        signal: leaving.signal,
      })
      if (response.status !== 200) break
      answered += 1
      if (isStream) {
        await readUntilLeft(response)
        leaving.abort()
      } else await response.text()
      // What it is charged is settled right behind its last record.
      await eventually(
        () => light.plane.segments.flatMap(({ lines }) => lines).filter(({ kind }) => kind === 'outcome'),
        (outcomes) => outcomes.length === answered,
      )
    }
    expect(answered).toBe(served)
  },
)

test('a request that a kill switch stops before its provider is asked costs nothing', async () => {
  const settled: Settled = []
  await using gateway = await startBareGateway({
    ports: {
      async admitWithinLimits() {
        gateway.deny({ kind: 'system' })
        return { kind: 'granted', settle: async (usage) => void settled.push(usage) }
      },
    },
  })
  const { path, request } = WIRES['chat']!
  expect((await gateway.post(path, request({}, { isStream: false }))).status).toBe(403)
  expect(settled).toEqual(['none'])
})

test('what is reserved covers all choices and everything that is sent', async () => {
  const calls: LimitedCall[] = []
  await using gateway = await startBareGateway({
    ports: {
      async admitWithinLimits(call) {
        calls.push(call)
        return { kind: 'granted', settle: async () => undefined }
      },
    },
  })
  const { path, request } = WIRES['chat']!
  const format = { type: 'json_schema', json_schema: { name: 'walrus', schema: { type: 'object' } } }
  const asked = request({ callArguments: 'order-4711', lastUser: 'And now?' }, { isStream: false, choices: 3 })
  const response = await gateway.post(path, { ...asked, max_tokens: 50, response_format: format })
  expect(response.status).toBe(200)
  const [call] = calls
  expect(call).toMatchObject({ choices: 3, answerTokensMax: 50 })
  const sent = call?.texts().join('\n') ?? ''
  // A message, the arguments of a call, the schema of a tool, the format.
  for (const part of ['And now?', 'order-4711', '"additionalProperties":false', 'walrus']) expect(sent).toContain(part)
})

test('a request for many answers at once has to fit with all of them', async () => {
  await using provider = await startFakeProvider()
  await using light = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
    limits: { rules: [{ id: 'tokens', per: 'system', unit: 'tokens', amount: 1_200, period: 'month' }] },
  })
  expect((await light.chat({ max_tokens: 500, n: 3 })).status).toBe(429)
  expect((await light.chat({ max_tokens: 500, n: 1 })).status).toBe(200)
})

test.each(['low', 'high'])('an image of detail %s is part of what is reserved', async (detail) => {
  await using provider = await startFakeProvider()
  const start = (amount: number): Promise<Awaited<ReturnType<typeof startLightGateway>>> =>
    startLightGateway({
      upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
      limits: { rules: [{ id: 'tokens', per: 'system', unit: 'tokens', amount, period: 'month' }] },
    })
  const url = 'https://pictures.example.com/order.png'
  const messages = [
    { role: 'system', content: systemText() },
    { role: 'user', content: [{ type: 'image_url', image_url: { url, detail } }] },
  ]
  await using small = await start(5_000)
  expect((await small.chat({ max_tokens: 100, messages })).status).toBe(429)
  expect((await small.chat({ max_tokens: 100 })).status).toBe(200)
  await using large = await start(5_500)
  expect((await large.chat({ max_tokens: 100, messages })).status).toBe(200)
})

test('an answer costs what the model that gave it costs', async () => {
  await using first = await startFakeProvider()
  await using second = await startFakeProvider()
  first.answer({ kind: 'failure', status: 503, body: {} })
  const place = { network: 'private', retry: { retries: 0 } } as const
  await using light = await startLightGateway({
    upstreams: [
      { ...place, id: 'a', url: first.url, models: [MODEL] },
      { ...place, id: 'b', url: second.url, models: ['model-b'] },
    ],
    limits: {
      prices: { [MODEL]: { input: 1, output: 1 }, 'model-b': { input: 1_000, output: 1_000 } },
      answerTokens: 20,
      rules: [{ id: 'cost', per: 'system', unit: 'cost', amount: 0.05, period: 'month' }],
    },
  })
  const statuses: number[] = []
  while (statuses.length < 6) statuses.push((await light.chat()).status)
  // Each took nearly two hundredths.
  expect(statuses).toEqual([200, 200, 200, 429, 429, 429])
})
