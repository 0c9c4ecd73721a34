// Packs on requests to models over every wire: no upstream is asked about what they deny, whichever way the request came.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { askOver, requestIdOf, shippedLines, shippedOutcome } from '../support/faulty-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'
import { MODEL } from '../support/tiny-project.ts'

const pack = (expr: string, mode = 'enforce'): string => `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: requests, version: 1.0.0, title: T, scope: model-request }
rules:
  - id: GH-REQ-901
    title: In Europe
    severity: low
    mode: ${mode}
    controls: [CTL-ACC-004]
    expr: ${JSON.stringify(expr)}
    message: not there
    fix: f
    tests:
      - { name: a, input: { request: { regions: [eu], kind: generation, model: m, tools: [] } }, expect: pass }
      - { name: b, input: { request: { regions: [us], kind: generation, model: m, tools: [] } }, expect: fail }
`
const IN_EUROPE = 'request.regions.all(region, region == "eu")'

const own = new AsyncDisposableStack()
let provider: FakeProvider
let light: LightGateway
beforeAll(async () => {
  provider = own.use(await startFakeProvider())
  light = own.use(
    await startLightGateway({ upstreams: [{ id: 'a', url: provider.url, network: 'private', region: 'us' }] }),
  )
})
afterAll(() => own.disposeAsync())
beforeEach(() => void (provider.seen.length = 0))

/** Has this pack in force; the answer of a chat says when. */
async function force(text: string, isDenying: boolean): Promise<void> {
  await light.push({ requestPack: { bound: text, carried: text, scope: 'model-request' } })
  const revision = light.plane.heard.at(-1) ?? 0
  await eventually(
    () => light.plane.heard.at(-1) ?? 0,
    (heard) => heard > revision,
  )
  expect((await light.chat()).status).toBe(isDenying ? 403 : 200)
  provider.seen.length = 0
}

const embed = (): Promise<Response> =>
  fetch(`${light.gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${light.signer.apiKey}` },
    body: JSON.stringify({ model: MODEL, input: 'Where is my order?' }),
  })

describe('a request that a pack denies', () => {
  beforeAll(() => force(pack(IN_EUROPE), true))

  test.each(Object.keys(WIRES).flatMap((wire) => [true, false].map((isStream) => ({ wire, isStream }))))(
    'over $wire, streamed: $isStream, is refused once and asks no upstream',
    async ({ wire, isStream }) => {
      const response = await askOver(light, wire, isStream)
      expect(response.status).toBe(403)
      expect(await response.text()).toMatch(/policy_denied/)
      expect(provider.seen).toEqual([])
      const id = requestIdOf(response)
      expect(await shippedOutcome(light, id)).toMatchObject({
        outcome: 'denied',
        code: 'policy_denied',
        rule: 'policy/GH-REQ-901',
      })
      expect(shippedLines(light).find((line) => line.kind === 'intent' && line.id === id)).toMatchObject({
        policy: { rules: [{ rule: 'GH-REQ-901', outcome: 'does-not-hold' }], facts: { regions: ['us'] } },
      })
    },
  )

  test('for embeddings is refused as well', async () => {
    const response = await embed()
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('policy_denied')])
    expect(provider.seen).toEqual([])
    expect(shippedLines(light).length).toBeGreaterThan(0)
  })
})

test('a rule that cannot be evaluated denies', async () => {
  const text = pack('request.regions.all(region, region == "eu") || request.kind == subject.absent').replace(
    '{ request: { regions: [us], kind: generation, model: m, tools: [] } }',
    '{ request: { regions: [us], kind: generation, model: m, tools: [] }, subject: { absent: x } }',
  )
  await force(text, true)
  expect(await (await light.chat()).text()).toContain('cannot be evaluated')
})

test('a rule in shadow is on record and denies nothing', async () => {
  await force(pack(IN_EUROPE, 'shadow'), false)
  const response = await light.chat()
  expect(response.status).toBe(200)
  const id = requestIdOf(response)
  expect(await shippedOutcome(light, id)).toMatchObject({ outcome: 'completed' })
  expect(shippedLines(light).find((line) => line.kind === 'intent' && line.id === id)).toMatchObject({
    policy: { rules: [{ mode: 'shadow', outcome: 'does-not-hold' }] },
  })
})

test('a pack that the verdict binds and the bundle lacks takes the release with it', async () => {
  await light.push({ requestPack: { bound: pack(IN_EUROPE), scope: 'model-request' } })
  await eventually(
    async () => (await light.chat()).text(),
    (body) => body.includes('release_not_approved'),
  )
})
