// Monitors look at what gateways record: what they raise stands whole, and nothing hides an attack from them.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ingestSegment } from '../../src/application/respond/ingest-segment.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { refusingOnce } from '../support/refusing-ledger.ts'
import { tempFolder } from '../support/temp-folder.ts'

const GATEWAY = { name: 'gateway', roles: ['gateway'] }
const SYSTEM = 'burst-bot'

function request(id: string, at: number, more: { principal: string; isDenied: boolean }): readonly JsonObject[] {
  const { principal, isDenied } = more
  const rule = isDenied ? 'injection/x' : null
  return [
    { kind: 'intent', id, at, system: SYSTEM, environment: 'local', releaseDigest: null, principal, findings: [] },
    { kind: 'outcome', id, at, outcome: isDenied ? 'denied' : 'completed', rule },
  ]
}

const segmentOf = (segmentId: string, lines: readonly JsonObject[]): Parameters<typeof ingestSegment>[2] => ({
  segmentId,
  gateway: 'g',
  digest: 'd',
  lines,
})

const raised = async ({ store }: OpenedNode): Promise<readonly (readonly unknown[])[]> => {
  const incidents = await store.list('incidents', { system: SYSTEM })
  const alerts = await store.list('alerts', { system: SYSTEM })
  return [alerts.map(({ id }) => id), incidents.map(({ document }) => document['alertId'])]
}

test.each(['alert.raised', 'incident.opened'])(
  'a segment behind which `%s` is refused is to be sent again, and then there is one alert with its incident',
  async (refused) => {
    await using temp = await tempFolder()
    await using node = await openNodeOrThrow(join(temp.path, 'state'))
    const away = await refusingOnce(node, refused)
    const now = node.clock()
    const lines = [1, 2, 3, 4, 5, 6].flatMap((n) => request(`r${n}`, now - n, { principal: 'p', isDenied: true }))
    const segment = segmentOf('s', lines)
    expect(await ingestSegment(away, GATEWAY, segment)).toMatchObject({ failure: { code: 'ledger/unavailable' } })
    for (let again = 0; again < 2; again++) {
      expect(await ingestSegment(away, GATEWAY, segment)).toMatchObject({ ok: true })
      const [alerts, incidents] = await raised(node)
      expect(alerts).toHaveLength(1)
      expect(incidents).toEqual(alerts)
    }
  },
)

test('a burst among many requests of others is seen', async () => {
  await using temp = await tempFolder()
  await using node = await openNodeOrThrow(join(temp.path, 'state'))
  const now = node.clock()
  for (let attack = 0; attack < 6; attack++) {
    const at = now - 50_000 + attack * 5_000
    const others = Array.from({ length: 1_100 }, (_, n) =>
      request(`q${attack}-${n}`, at + 1 + n, { principal: `u${n % 50}`, isDenied: false }),
    )
    const lines = [...request(`a${attack}`, at, { principal: 'evil', isDenied: true }), ...others.flat()]
    expect(await ingestSegment(node, GATEWAY, segmentOf(`s${attack}`, lines))).toMatchObject({ ok: true })
  }
  const [alerts, incidents] = await raised(node)
  expect(alerts).toHaveLength(1)
  expect(incidents).toEqual(alerts)
})

test('a burst is seen that has more denied requests behind it than one page holds', async () => {
  await using temp = await tempFolder()
  await using node = await openNodeOrThrow(join(temp.path, 'state'))
  const now = node.clock()
  const attacks = [0, 1, 2, 3, 4].map((n) => request(`a${n}`, now - 9_000 + n, { principal: 'evil', isDenied: true }))
  const others = Array.from({ length: 1_100 }, (_, n) =>
    request(`q${n}`, now - 5_000 + n, { principal: `u${n}`, isDenied: true }),
  )
  const segment = segmentOf('s', [...attacks, ...others].flat())
  expect(await ingestSegment(node, GATEWAY, segment)).toMatchObject({ ok: true })
  const [alerts, incidents] = await raised(node)
  expect(alerts).toHaveLength(1)
  expect(incidents).toEqual(alerts)
})
