// What time alone does to a gateway: rules that take too long, and a bundle that comes to its end.
import { afterEach, describe, expect, test } from 'vitest'
import { epochMs, HOUR_MS } from '../../src/base/instant.ts'
import { BUNDLE_LIFE_MS } from '../../src/application/admission/build-bundle.ts'
import { startFakeProvider } from '../support/fake-provider.ts'
import { gatewayBefore } from '../support/faulty-gateway.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { statePlace } from '../support/state-place.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

/** Two loops within each other over all that a request may carry: seconds of work, where rules have 50 ms. */
const SLOW_PACK = `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: run-time, version: 1.0.0, title: T, scope: request }
rules:
  - id: GH-RUN-901
    title: Slow and true
    severity: low
    controls: [CTL-ACC-004]
    expr: args.order.split(",").all(a, args.order.split(",").all(b, a + b != "no"))
    message: slow
    fix: f
    tests:
      - { name: a, input: { args: { order: a } }, expect: pass }
      - { name: b, input: { args: { order: "n,o" } }, expect: fail }
  - id: GH-RUN-902
    title: Quick and true
    severity: low
    controls: [CTL-ACC-004]
    expr: tool.id == "lookup_order"
    message: quick
    fix: f
    tests:
      - { name: a, input: { tool: { id: lookup_order } }, expect: pass }
      - { name: b, input: { tool: { id: other } }, expect: fail }
`

test('rules that take too long stop the call, though each would hold', async () => {
  const provider = open.use(await startFakeProvider())
  const light = open.use(
    await startLightGateway(
      { upstreams: [{ id: 'a', url: provider.url, network: 'private' }] },
      { requestPack: { bound: SLOW_PACK, carried: SLOW_PACK } },
    ),
  )
  const authorize = async (pieces: number): Promise<unknown> => {
    const response = await fetch(`${light.gateway.url}/v1/authorize`, {
      method: 'POST',
      headers: { authorization: `Bearer ${light.signer.apiKey}` },
      body: JSON.stringify({ tool: 'lookup_order', arguments: { order: Array(pieces).fill('x').join(',') } }),
    })
    return response.json()
  }
  expect(await authorize(3)).toMatchObject({ decision: 'allow' })
  expect(await authorize(900)).toMatchObject({
    decision: 'block',
    rule: 'tool/lookup_order/GH-RUN-902',
    reason: expect.stringContaining('took too long'),
  })
  // More than loops within loops may walk is not walked at all.
  expect(await authorize(3_000)).toMatchObject({
    decision: 'block',
    rule: 'tool/lookup_order/GH-RUN-901',
    reason: expect.stringContaining('cannot be evaluated'),
  })
  expect(await authorize(3)).toMatchObject({ decision: 'allow' })
})

describe('a bundle', () => {
  test('that is used up by half is given anew, though nothing has changed', async () => {
    let now = Date.now()
    const folder = open.use(await tempFolder()).path
    const plane = open.use(await startPlaneOf(folder, { ...(await statePlace(folder)), clock: () => epochMs(now) }))
    const ask = async (etag?: string): Promise<{ status: number; etag: string; expiresAt: number }> => {
      const response = await fetch(`${plane.url}/api/v1/gateway/bundle?environment=local&waitMs=0`, {
        headers: {
          authorization: `Bearer ${plane.node.gatewayToken}`,
          ...(etag === undefined ? {} : { 'if-none-match': etag }),
        },
      })
      const text = await response.text()
      const { payload = '' } = text === '' ? {} : (JSON.parse(text) as { payload?: string })
      const body = payload === '' ? {} : (JSON.parse(Buffer.from(payload, 'base64').toString()) as object)
      return { status: response.status, etag: response.headers.get('etag') ?? '', expiresAt: 0, ...body }
    }
    const first = await ask()
    expect((await ask(first.etag)).status).toBe(304)
    now += BUNDLE_LIFE_MS / 2
    const second = await ask(first.etag)
    expect(second.status).toBe(200)
    expect(second.expiresAt).toBeGreaterThan(first.expiresAt)
    // Never is it nearer to its end than a gateway needs to come back for the next one.
    expect(first.expiresAt - now).toBeGreaterThanOrEqual(BUNDLE_LIFE_MS / 2 - HOUR_MS)
    expect((await ask(second.etag)).status).toBe(304)
  })

  test('that was renewed carries its gateway past the end of the one before', async () => {
    let ahead = 0
    const provider = open.use(await startFakeProvider())
    const light = open.use(await gatewayBefore(provider.url, { options: { clock: () => epochMs(Date.now() + ahead) } }))
    ahead = BUNDLE_LIFE_MS / 2
    await light.push({ issuedAt: Date.now() + ahead })
    await eventually(
      () => light.plane.heard.at(-1),
      (revision) => revision === 2,
    )
    ahead = BUNDLE_LIFE_MS + HOUR_MS
    expect((await light.chat()).status).toBe(200)
    ahead = BUNDLE_LIFE_MS * 1.5
    expect((await light.chat()).status).toBe(401)
  })
})
