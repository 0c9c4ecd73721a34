// What is queued and run for watched systems, on a real state: which findings count, and what another attempt does.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportFinding } from '../../src/application/governance/findings.ts'
import { driftReport } from '../../src/application/respond/drift-finding.ts'
import { dueUpgrades } from '../../src/application/upgrade/due-upgrades.ts'
import type { WatchedSystem } from '../../src/application/upgrade/upgrade-work.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
let node: OpenedNode
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  node = cleanUp.use(await openNodeOrThrow(join(folder, 'state')))
})
afterAll(() => cleanUp.disposeAsync())

const watchOf = (system: string): WatchedSystem => ({
  id: `models-of-${system}`,
  system,
  project: join(folder, 'no-project'),
  manifest: 'gatehouse.yaml',
  attacks: 0,
  seed: 1,
  margin: 0.02,
})

/** As a gateway, a gate or a suite reports it. */
async function driftSeen(system: string, seen: string, expected = 'model-a'): Promise<string> {
  const report = driftReport({ expected, seen }, { system, severity: 'medium', where: 'Seen.' })
  const found = await reportFinding(node, { name: 'gateway', roles: ['engineer'] }, report)
  if (!found.ok) throw new Error(found.failure.message)
  return found.value.id
}

/** Payloads of what is queued for a system. */
async function queuedFor(system: string): Promise<readonly JsonObject[]> {
  return (await dueUpgrades(node, [watchOf(system)])).map(({ payload }) => payload)
}

test('a model is proven by its whole name, however much of it a fingerprint keeps', async () => {
  const seen = `model-${'b'.repeat(160)}`
  await driftSeen('long-names', seen)
  await driftSeen('long-names', `${seen}-2`)
  expect((await queuedFor('long-names')).map((payload) => payload['seen'])).toEqual([`${seen}-2`, seen])
})
