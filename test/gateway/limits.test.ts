import { afterEach, describe, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

async function limited(limits: object): Promise<{ readonly provider: FakeProvider; readonly light: LightGateway }> {
  const provider = open.use(await startFakeProvider())
  const light = open.use(
    await startLightGateway({ upstreams: [{ id: 'a', url: provider.url, network: 'private' }], limits }),
  )
  return { provider, light }
}

describe('a limit of requests', () => {
  test('lets exactly as many through as it says, however many come at once, and tells when to come back', async () => {
    const { provider, light } = await limited({
      rules: [{ id: 'hourly', per: 'key', unit: 'requests', amount: 5, windowMs: 3_600_000 }],
    })
    const responses = await Promise.all(Array.from({ length: 12 }, () => light.chat()))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(provider.seen).toHaveLength(5)
    const refused = responses.find(({ status }) => status === 429)
    // Whole seconds: clients give up where there are none.
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(await refused?.json()).toMatchObject({ error: { code: 'rate_limited' } })
  })

  test('is a decision on record', async () => {
    const { light } = await limited({
      rules: [{ id: 'one', per: 'system', unit: 'requests', amount: 1, period: 'day' }],
    })
    await light.chat()
    expect((await light.chat()).status).toBe(429)
    const lines = await eventually(
      () => light.plane.segments.flatMap((segment) => segment.lines),
      (all) => all.filter(({ kind }) => kind === 'outcome').length === 2,
    )
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'outcome', code: 'rate_limited', rule: 'limit/one' }))
  })
})

test('a budget of tokens counts what was used, not what was asked for', async () => {
  // The provider reports 18 tokens a request; the estimate beforehand is far more.
  const { light } = await limited({
    rules: [{ id: 'tokens', per: 'system', unit: 'tokens', amount: 1_200, period: 'month' }],
    answerTokens: 1_000,
  })
  for (let at = 0; at < 3; at += 1) expect((await light.chat()).status).toBe(200)
  // Two at once would both have to fit with their estimates.
  const both = await Promise.all([light.chat(), light.chat()])
  expect(both.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 429])
})

describe('with the shared counters away', () => {
  const rules = [{ id: 'hourly', per: 'key', unit: 'requests', amount: 10, windowMs: 3_600_000 }]
  // Nothing listens there.
  const redis = { url: { env: 'NO_REDIS' }, replicas: 5 }

  test('a gateway lets its share through', async () => {
    const { light } = await limited({ rules, redis })
    const responses = await Promise.all(Array.from({ length: 6 }, () => light.chat()))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(2)
  })

  test('the tier decides once the time of the share is over', async () => {
    const { provider, light } = await limited({ rules, redis: { ...redis, localShareMs: 0 } })
    await light.chat()
    const seen = provider.seen.length
    const response = await eventually(
      () => light.chat(),
      ({ status }) => status === 503,
    )
    expect(await response.json()).toMatchObject({ error: { code: 'limits_unavailable' } })
    expect(provider.seen.length - seen).toBeLessThanOrEqual(1)
  })
})
