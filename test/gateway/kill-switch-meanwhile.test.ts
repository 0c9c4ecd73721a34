// A kill switch that is thrown while a request waits for something of the gateway's own.
import { afterEach, describe, expect, test } from 'vitest'
import { silentSink } from '../../src/entrypoints/gateway/silent-sink.ts'
import { startBareGateway, type BareGateway, type BareOptions } from '../support/bare-gateway.ts'
import { sendJson, startFakeClassifier } from '../support/fake-classifier.ts'
import { says } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { MODEL, tinyManifest } from '../support/tiny-project.ts'

let open = new AsyncDisposableStack()
let gateway: BareGateway
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

const start = async (options: BareOptions): Promise<void> => {
  gateway = open.use(await startBareGateway(options))
}
const halt = (): void => gateway.deny({ kind: 'system' })
const chat = (isStream = false): Promise<Response> =>
  gateway.post('/v1/chat/completions', WIRES['chat']!.request({}, { isStream }))
const embed = (): Promise<Response> => gateway.post('/v1/embeddings', { model: MODEL, input: 'Where is my order?' })

/** A gateway whose detector is told of each text of one side before it answers. */
async function startWithDetector(side: 'input' | 'output', onAsked: () => void): Promise<void> {
  const classifier = open.use(
    await startFakeClassifier((_, response) => {
      onAsked()
      sendJson(response, { score: 0.01 })
    }),
  )
  const detector = `{ id: clf, kind: http, sides: [${side}], url: '${classifier.url}/score', body: { q: '{{text}}' }, score: /score, at: 0.5, action: block, onError: degrade, deadlineMs: 5000 }`
  await start({
    manifest: tinyManifest().replace('guard: { preset: T1 }', `guard: { preset: T1, detectors: [${detector}] }`),
  })
}

describe('a kill switch that is thrown', () => {
  test('while a detector reads the request keeps the provider from it', async () => {
    await startWithDetector('input', halt)
    const response = await chat()
    expect([response.status, gateway.provider.seen.length]).toEqual([403, 0])
    expect(gateway.outcomes).toMatchObject([{ outcome: 'denied', rule: 'kill-switch/system' }])
  })

  test.each([false, true])('while a detector reads the answer withholds it, streamed: %s', async (isStream) => {
    await startWithDetector('output', halt)
    gateway.provider.answer(says('It left this morning, walrus.'))
    const text = await (await chat(isStream)).text()
    expect(text).toContain('system_halted')
    expect(text).not.toContain('walrus')
    expect(gateway.outcomes).toMatchObject([{ outcome: 'denied', rule: 'kill-switch/system' }])
  })

  test.each([
    { name: 'a chat', ask: () => chat() },
    { name: 'embeddings', ask: () => embed() },
  ])('while the decision on $name is written to disk keeps the provider from it', async ({ ask }) => {
    const sink = silentSink()
    await start({
      ports: {
        sink: {
          ...sink,
          async intent() {
            halt()
            return { kept: true }
          },
        },
      },
    })
    const response = await ask()
    expect([response.status, gateway.provider.seen.length]).toEqual([403, 0])
  })

  test.each([
    { name: 'a chat', ask: () => chat() },
    { name: 'embeddings', ask: () => embed() },
  ])('while the limits of $name are asked keeps the provider from it', async ({ ask }) => {
    await start({
      ports: {
        async admitWithinLimits() {
          halt()
          return { kind: 'granted', settle: async () => undefined }
        },
      },
    })
    const response = await ask()
    expect([response.status, gateway.provider.seen.length]).toEqual([403, 0])
    expect(gateway.outcomes).toMatchObject([{ outcome: 'denied', rule: 'kill-switch/system' }])
  })
})
