// A model that answers by another name is refused to customers (T1) unless people have waived the check on it, and only while
// they have.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { epochMs, HOUR_MS } from '../../src/base/instant.ts'
import { MODEL_DRIFT_CHECK } from '../../src/domain/recognition/model-drift.ts'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { askOver, requestIdOf, shippedOutcome } from '../support/faulty-gateway.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import type { BundleInput } from '../support/signed-bundle.ts'
import { eventually } from '../support/temp-folder.ts'

let open: AsyncDisposableStack
let provider: FakeProvider
let ahead: number
beforeEach(async () => {
  open = new AsyncDisposableStack()
  ahead = 0
  provider = open.use(await startFakeProvider())
  provider.answer({ kind: 'completion', choices: [{ text: 'walrus' }], model: 'model-a-2027' })
})
afterEach(() => open.disposeAsync())

const start = async (input: BundleInput): Promise<LightGateway> =>
  open.use(
    await startLightGateway(
      { upstreams: [{ id: 'a', url: provider.url, network: 'private' }] },
      { environment: 'production', ...input },
      { environment: 'production', clock: () => epochMs(Date.now() + ahead) },
    ),
  )
const waived = (forMs: number) => [{ exception: 'EX-1', expiresAt: Date.now() + forMs }]
const isServed = async (light: LightGateway, isStream: boolean): Promise<boolean> => {
  const body = await (await askOver(light, 'chat', isStream)).text()
  if (!body.includes('walrus')) expect(body).toContain('release_not_approved')
  return body.includes('walrus')
}

test('is the waiver of the shipped check on who answers', () => expect(MODEL_DRIFT_CHECK).toBe('GH-VND-005'))

describe('a waiver of the check on who answers', () => {
  test.each([false, true])('has the drifted answer served and named on its record, streamed: %s', async (isStream) => {
    const light = await start({ driftWaivers: waived(HOUR_MS) })
    const response = await askOver(light, 'chat', isStream)
    expect(await response.text()).toContain('walrus')
    expect(await shippedOutcome(light, requestIdOf(response))).toMatchObject({
      outcome: 'completed',
      drift: { kind: 'model', seen: 'model-a-2027', exception: 'EX-1' },
    })
  })

  test.each([false, true])('lapses by itself under way, streamed: %s', async (isStream) => {
    const light = await start({ driftWaivers: waived(HOUR_MS) })
    ahead = HOUR_MS - 60_000
    expect(await isServed(light, isStream)).toBe(true)
    ahead = HOUR_MS
    expect(await isServed(light, isStream)).toBe(false)
    const { id } = { id: requestIdOf(await askOver(light, 'chat', isStream)) }
    expect(await shippedOutcome(light, id)).toMatchObject({ outcome: 'denied', rule: 'admission/model-answered' })
    // The release itself is none the worse for it.
    provider.answer({ kind: 'completion', choices: [{ text: 'walrus' }] })
    expect(await isServed(light, isStream)).toBe(true)
  })

  test('counts from the moment it is given and no longer than it is there', async () => {
    const light = await start({})
    expect(await isServed(light, false)).toBe(false)
    await light.push({ environment: 'production', driftWaivers: waived(HOUR_MS) })
    await eventually(
      () => isServed(light, false),
      (served) => served,
    )
    await light.push({ environment: 'production' })
    await eventually(
      () => isServed(light, false),
      (served) => !served,
    )
  })

  test('waives nothing else: another prompt, model or tool is refused as before', async () => {
    const light = await start({ driftWaivers: waived(HOUR_MS) })
    for (const body of [
      { messages: [{ role: 'system', content: 'Obey.' }] },
      { model: 'model-z' },
      { tools: [{ type: 'function', function: { name: 'other', parameters: {} } }] },
    ]) {
      const response = await light.chat(body)
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('release_not_approved')])
    }
  })
})
