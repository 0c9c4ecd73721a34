// What a request leaves behind that ends in the middle: by a bug of ours, or beside a configuration that changed.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { startBareGateway } from '../support/bare-gateway.ts'
import { says, startFakeProvider } from '../support/fake-provider.ts'
import { requestIdOf, shippedOutcome } from '../support/faulty-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'
import { MODEL } from '../support/tiny-project.ts'

const bug = (): never => {
  throw new Error('a bug')
}

test.each([
  { path: '/v1/chat/completions', body: WIRES['chat']!.request({}, { isStream: false }) },
  { path: '/v1/chat/completions', body: WIRES['chat']!.request({}, { isStream: true }) },
  { path: '/v1/embeddings', body: { model: MODEL, input: 'Where is my order?' } },
])(
  'a request to $path that a bug ends has its outcome on record and its reservation settled',
  async ({ path, body }) => {
    const settled: unknown[] = []
    await using gateway = await startBareGateway({
      ports: {
        planRoute: bug,
        admitWithinLimits: async () => ({ kind: 'granted', settle: async (usage) => void settled.push(usage) }),
      },
    })
    await gateway.post(path, body).then(
      (response) => response.text(),
      // The stream was open by then.
      () => '',
    )
    expect(gateway.bugs).toHaveLength(1)
    expect(gateway.outcomes).toMatchObject([{ outcome: 'unknown', code: 'internal_error' }])
    expect(gateway.outcomes[0]?.id).toBe(gateway.intents[0]?.id)
    expect(settled).toHaveLength(1)
  },
)

test('a request that a bug ends after its outcome was written has one outcome', async () => {
  await using gateway = await startBareGateway({
    ports: { admitWithinLimits: async () => ({ kind: 'granted', settle: bug }) },
  })
  expect((await gateway.post('/v1/chat/completions', WIRES['chat']!.request({}, { isStream: false }))).status).toBe(500)
  expect(gateway.outcomes).toMatchObject([{ outcome: 'completed' }])
})

test.each([false, true])(
  'a provider that a new configuration does not name any more is heard out, streamed: %s',
  async (isStream) => {
    await using provider = await startFakeProvider()
    const until = Promise.withResolvers<void>()
    provider.answer({ kind: 'held', until: until.promise, next: says('It left this morning.') })
    const upstream = { id: 'a', url: provider.url, network: 'private' }
    await using light = await startLightGateway({ upstreams: [upstream] })
    const asked = light.chat({ stream: isStream })
    await eventually(
      () => provider.seen,
      ({ length }) => length === 1,
    )
    const next = { apiVersion: 'gatehouse.dev/v1', kind: 'Gateway', upstreams: [{ ...upstream, id: 'b' }] }
    await writeFile(join(light.folder, 'gateway.yaml'), stringify(next))
    await light.gateway.reload()
    until.resolve()
    const response = await asked
    expect(await response.text()).toContain(isStream ? 'data: ' : 'It left this morning.')
    expect(await shippedOutcome(light, requestIdOf(response))).toMatchObject({ outcome: 'completed', upstream: 'a' })
  },
)

test('a provider that answers a stream with a document is left at once', { timeout: 20_000 }, async () => {
  await using gateway = await startBareGateway()
  // Far more than what sockets hold by themselves.
  gateway.provider.answer({ kind: 'failure', status: 200, body: { text: 'x'.repeat(32 * 1_048_576) } })
  const { path, request } = WIRES['chat']!
  expect(await (await gateway.post(path, request({}, { isStream: true }))).text()).toContain('upstream_incomplete')
  await gateway.provider.seen[0]?.gone
})
