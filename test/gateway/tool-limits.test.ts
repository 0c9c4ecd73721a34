// `limits.perSession` and `limits.perDayPerTenant` for whoever calls, with and without a session.
import { afterEach, expect, test } from 'vitest'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { tinyManifest } from '../support/tiny-project.ts'
import { eventually } from '../support/temp-folder.ts'
import { WIRES } from '../support/gateway-wires.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

const limited = (limits: string): string =>
  tinyManifest().replace('effect: read,', `effect: read, limits: { ${limits} },`)

async function start(limits: string, options: Parameters<typeof startBareGateway>[0] = {}): Promise<BareGateway> {
  const gateway = await startBareGateway({ manifest: limited(limits), ...options })
  open.push(gateway)
  return gateway
}

type Ask = (gateway: BareGateway, headers?: Readonly<Record<string, string>>) => Promise<string>

const authorize: Ask = async (gateway, headers) => {
  const asked = { tool: 'lookup_order', arguments: { order: '1' } }
  const reply = (await (await gateway.post('/v1/authorize', asked, headers)).json()) as Record<string, unknown>
  return reply['decision'] === 'allow' ? 'allow' : String(reply['rule'])
}

const chat =
  (isStream: boolean): Ask =>
  async (gateway, headers) => {
    const toolCalls = [{ id: 'n1', name: 'lookup_order', arguments: '{"order":"1"}' }]
    gateway.provider.answer({ kind: 'completion', choices: [{ toolCalls }] })
    const { path, request } = WIRES['chat']!
    await (await gateway.post(path, request({}, { isStream }), headers)).text()
    return gateway.outcomes.at(-1)?.outcome === 'completed' ? 'allow' : String(gateway.outcomes.at(-1)?.rule)
  }

const ASKS: readonly (readonly [string, Ask])[] = [
  ['asked about before it is made', authorize],
  ['proposed by a model', chat(false)],
  ['proposed in a stream', chat(true)],
]

test.each(ASKS)('calls %s without an end user spend what their credential may', async (_, ask) => {
  const gateway = await start('perSession: 2')
  expect([await ask(gateway), await ask(gateway), await ask(gateway)]).toEqual([
    'allow',
    'allow',
    'tool/lookup_order/limits.perSession',
  ])
})

test.each(ASKS)('calls %s without an end user spend the day of those who name no tenant', async (_, ask) => {
  const gateway = await start('perDayPerTenant: 1')
  expect([await ask(gateway), await ask(gateway)]).toEqual(['allow', 'tool/lookup_order/limits.perDayPerTenant'])
})

test('what a credential spends is not the budget of a session or of another credential', async () => {
  const gateway = await start('perSession: 1', {
    credentials: ['gh_other_key'],
  })
  expect(await authorize(gateway)).toBe('allow')
  expect(await authorize(gateway)).toBe('tool/lookup_order/limits.perSession')
  expect(await authorize(gateway, { authorization: 'Bearer gh_other_key' })).toBe('allow')
  expect(await authorize(gateway, { authorization: `Bearer ${API_KEY}` })).toBe('tool/lookup_order/limits.perSession')
  const token = await gateway.subjectToken()
  expect(await authorize(gateway, { 'gatehouse-subject': token })).toBe('allow')
  expect(await authorize(gateway, { 'gatehouse-subject': token })).toBe('tool/lookup_order/limits.perSession')
})

test('a shadow spends nothing', async () => {
  const gateway = await start('perSession: 3', {
    rollouts: [{ kind: 'shadow', id: 'new', system: 'shop-bot', model: 'model-b', percent: 100 }],
  })
  const toolCalls = [{ id: 'n1', name: 'lookup_order', arguments: '{"order":"1"}' }]
  gateway.provider.answer({ kind: 'completion', choices: [{ toolCalls }] })
  expect(await chat(false)(gateway)).toBe('allow')
  await eventually(
    () => gateway.shadows,
    ({ length }) => length === 1,
  )
  expect(gateway.shadows[0]).toMatchObject({ outcome: 'completed' })
  expect([await authorize(gateway), await authorize(gateway), await authorize(gateway)]).toEqual([
    'allow',
    'allow',
    'tool/lookup_order/limits.perSession',
  ])
})
