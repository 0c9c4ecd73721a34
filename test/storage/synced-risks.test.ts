// Verdicts open and close risks beside what people write on them.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { storedRisk, storeRisk, syncRisks } from '../../src/application/governance/risks.ts'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import type { Risk } from '../../src/domain/risk/risk.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { refusingOnce } from '../support/refusing-ledger.ts'
import { tempFolder } from '../support/temp-folder.ts'

const GATE = { name: 'gate', roles: ['engineer'] }
const RISK = 'RSK-s-GH-INJ-001'

const verdictOf = (node: OpenedNode, outcome: string): StoredVerdict =>
  ({
    id: 'v',
    system: 's',
    releaseDigest: `sha256:${'1'.repeat(64)}`,
    author: 'ann',
    tier: 'T2',
    decidedAt: node.clock(),
    results: [{ id: 'GH-INJ-001', message: 'm', severity: 'high', controls: [], outcome, exceptionId: null }],
  }) as unknown as StoredVerdict

async function riskOf({ store }: OpenedNode): Promise<Risk> {
  const record = await store.get('risks', RISK)
  if (record === undefined) throw new Error('there is no risk')
  return storedRisk(record.document)
}

test('a verdict leaves what somebody writes on the risk in a turn that has begun', async () => {
  await using temp = await tempFolder()
  await using node = await openNodeOrThrow(join(temp.path, 'state'))
  expect(await syncRisks(node, GATE, verdictOf(node, 'failed'))).toMatchObject({ ok: true })
  let syncing: Promise<unknown> | undefined
  await node.recorder.exclusive(async () => {
    const before = await riskOf(node)
    syncing = syncRisks(node, GATE, verdictOf(node, 'passed'))
    return storeRisk(node, { name: 'ann', roles: ['security'] }, { ...before, planText: 'what ann wrote' })
  })
  expect(await syncing).toMatchObject({ ok: true })
  expect(await riskOf(node)).toMatchObject({ treatment: 'mitigated', planText: 'what ann wrote' })
})

test('a verdict whose risk the ledger does not take says so, and the next one opens it', async () => {
  await using temp = await tempFolder()
  await using node = await openNodeOrThrow(join(temp.path, 'state'))
  const away = await refusingOnce(node, 'risk.opened')
  const verdict = verdictOf(node, 'failed')
  expect(await syncRisks(away, GATE, verdict)).toMatchObject({ ok: false, failure: { code: 'ledger/unavailable' } })
  expect(await syncRisks(away, GATE, verdict)).toMatchObject({ ok: true })
  expect((await riskOf(node)).treatment).toBe('open')
})
