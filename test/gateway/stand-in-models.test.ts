// Models that stand in for the one asked for: each gets only what it would get if it were asked for itself.
import { afterEach, expect, test } from 'vitest'
import { startBareGateway, type BareGateway, type BareOptions } from '../support/bare-gateway.ts'
import { says, startFakeProvider } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'
import { MODEL, SYSTEM, systemText, tinyManifest } from '../support/tiny-project.ts'

const DOWN = { kind: 'failure', status: 503, body: {} } as const
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const targets = (...models: readonly string[]): NonNullable<BareOptions['ports']> => ({
  planRoute: (_, asked) => ({
    ok: true,
    targets: models.map((model) => ({ upstream: 'sole', model, isFallback: model !== asked })),
  }),
})

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

async function start(options: BareOptions = {}): Promise<BareGateway> {
  return open.use(await startBareGateway({ ports: targets(MODEL, 'model-b'), ...options }))
}

const modelsSeen = ({ provider }: BareGateway): readonly unknown[] => provider.seen.map(({ body }) => body['model'])
const chat = (isStream = false): object => WIRES['chat']!.request({}, { isStream })
const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error?: { code: string } }).error?.code

test('a fallback that is switched off is not asked, and the request ends as its provider let it end', async () => {
  const gateway = await start()
  gateway.deny({ kind: 'model', model: 'model-b' })
  gateway.provider.answer(DOWN)
  const response = await gateway.post('/v1/chat/completions', chat())
  expect([response.status, modelsSeen(gateway)]).toEqual([502, [MODEL]])
})

test.each(['/v1/chat/completions', '/v1/embeddings'])(
  'with no model left but one that is switched off, %s says what a request for that one would be told',
  async (path) => {
    const gateway = await start({ ports: targets('model-b') })
    gateway.deny({ kind: 'model', model: 'model-b' })
    const response = await gateway.post(
      path,
      path === '/v1/embeddings' ? { model: MODEL, input: 'Where is my order?' } : chat(),
    )
    expect([response.status, await codeOf(response), modelsSeen(gateway)]).toEqual([403, 'system_halted', []])
    expect(gateway.outcomes).toMatchObject([{ outcome: 'denied', rule: 'kill-switch/model' }])
  },
)

test('a fallback that is switched off while its turn comes is not asked', async () => {
  const gateway = await start()
  gateway.provider.answer(() => {
    gateway.deny({ kind: 'model', model: 'model-b' })
    return DOWN
  })
  expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(502)
  expect(modelsSeen(gateway)).toEqual([MODEL])
})

test('a shadow that is switched off is not asked', async () => {
  const gateway = await start({
    ports: { planRoute: (_, model) => ({ ok: true, targets: [{ upstream: 'sole', model, isFallback: false }] }) },
    rollouts: [{ id: 'other', kind: 'shadow', system: SYSTEM, model: 'model-b', percent: 100 }],
  })
  gateway.deny({ kind: 'model', model: 'model-b' })
  expect((await gateway.post('/v1/chat/completions', chat())).status).toBe(200)
  const [line] = await eventually(
    () => gateway.shadows,
    ({ length }) => length > 0,
  )
  expect(line).toMatchObject({ outcome: 'denied', code: 'system_halted', upstream: null })
  expect(modelsSeen(gateway)).toEqual([MODEL])
})

test('a fallback that takes no images gets none', async () => {
  const gateway = await start({
    manifest: tinyManifest().replace('model: model-b }', 'model: model-b, modalities: [text] }'),
  })
  gateway.provider.answer(DOWN)
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: PIXEL } },
  ]
  const messages = [
    { role: 'system', content: systemText() },
    { role: 'user', content },
  ]
  const response = await gateway.post('/v1/chat/completions', { model: MODEL, messages })
  expect([response.status, modelsSeen(gateway)]).toEqual([502, [MODEL]])
})

const PACK = `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: requests, version: 1.0.0, title: T, scope: model-request }
rules:
  - id: GH-REQ-902
    title: Not that one
    severity: low
    controls: [CTL-ACC-004]
    expr: request.model != "model-b" && request.regions.all(region, region == "eu")
    message: not that one
    fix: f
    tests:
      - { name: a, input: { request: { regions: [eu], kind: generation, model: m, tools: [] } }, expect: pass }
      - { name: b, input: { request: { regions: [eu], kind: generation, model: model-b, tools: [] } }, expect: fail }
`

test('a fallback that a pack on requests to models denies is not asked', async () => {
  const [first, second] = [open.use(await startFakeProvider()), open.use(await startFakeProvider())]
  first.answer(DOWN)
  const place = { network: 'private', region: 'eu', retry: { retries: 0 } }
  const light = open.use(
    await startLightGateway(
      {
        upstreams: [
          { ...place, id: 'a', url: first.url, models: [MODEL] },
          { ...place, id: 'b', url: second.url, models: ['model-b'] },
        ],
      },
      { requestPack: { bound: PACK, carried: PACK, scope: 'model-request' } },
    ),
  )
  expect((await light.chat()).status).toBe(502)
  expect([first.seen.length, second.seen.length]).toEqual([1, 0])
})

test('a stream of a fallback stops once the fallback is switched off', async () => {
  const gateway = await start()
  const thrown = Promise.withResolvers<void>()
  const event = (delta: object): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'model-b', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`
  async function* pieces(): AsyncGenerator<string> {
    yield event({ role: 'assistant', content: 'It left this morning, and it is on its way to you. '.repeat(20) })
    await thrown.promise
    yield event({ content: 'walrus. '.repeat(200) })
  }
  gateway.provider.answer(({ model }) => (model === MODEL ? DOWN : { kind: 'script', pieces: pieces() }))
  const response = await gateway.post('/v1/chat/completions', chat(true))
  let text = ''
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    if (text.includes('morning')) {
      gateway.deny({ kind: 'model', model: 'model-b' })
      thrown.resolve()
    }
  }
  expect(text).toContain('system_halted')
  expect(text).not.toContain('walrus')
  expect(gateway.outcomes).toMatchObject([{ outcome: 'denied', rule: 'kill-switch/model' }])
})

test('a whole answer of a fallback that was switched off meanwhile is withheld', async () => {
  const gateway = await start()
  gateway.provider.answer(({ model }) => {
    if (model === MODEL) return DOWN
    gateway.deny({ kind: 'model', model: 'model-b' })
    return says('It left this morning.')
  })
  expect(await codeOf(await gateway.post('/v1/chat/completions', chat()))).toBe('system_halted')
})
