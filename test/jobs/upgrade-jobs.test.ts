// What is queued and run for watched systems, on a real state: which findings count, and what another attempt does.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportFinding } from '../../src/application/governance/findings.ts'
import { driftReport } from '../../src/application/respond/drift-finding.ts'
import { jobIdOf } from '../../src/application/jobs/job-id.ts'
import type { RunningJob } from '../../src/application/jobs/job-queue.ts'
import { dueUpgrades } from '../../src/application/upgrade/due-upgrades.ts'
import { keepResults, recordProof } from '../../src/application/upgrade/record-upgrade.ts'
import type { UpgradeWork, WatchedSystem } from '../../src/application/upgrade/upgrade-work.ts'
import type { Digest } from '../../src/base/digest.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Finding } from '../../src/domain/finding/finding.ts'
import { GatewayRegister } from '../../src/entrypoints/node/gateway-register.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { upgradeJob } from '../../src/entrypoints/worker/upgrade-job.ts'
import type { WorkerPorts } from '../../src/entrypoints/worker/worker-ports.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { putRecords } from '../support/put-records.ts'
import { refusingOnce } from '../support/refusing-ledger.ts'
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

async function releasedWith(system: string, releaseDigest: Digest): Promise<void> {
  const head = { system, releaseDigest, status: 'released', topic: 'local' }
  await putRecords(node, [
    { kind: 'verdicts', record: { ...head, id: `verdict-of-${system}`, at: node.clock(), document: {} } },
  ])
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

const DIGEST = `sha256:${'a'.repeat(64)}` as Digest
const runningJob = (id: string, payload: JsonObject): RunningJob => ({
  id,
  subject: 's',
  payload,
  attempt: 1,
  signal: new AbortController().signal,
})
const portsOf = (own: OpenedNode): WorkerPorts => ({
  node: own,
  gateways: new GatewayRegister(own.clock),
  config: undefined,
  environment: {},
})
const proof = (work: UpgradeWork, id: string) => {
  if (work.task !== 'prove') throw new Error('it keeps results')
  return { id, work, releaseDigest: DIGEST, report: { verdict: 'rejected', regressions: ['a', 'b', 'c'] } } as const
}

test('what has its result is not asked for again, though its job is long gone', async () => {
  await driftSeen('done-before', 'model-b')
  await releasedWith('done-before', DIGEST)
  const drafts = await dueUpgrades(node, [watchOf('done-before')])
  expect(drafts.map(({ payload }) => payload['task'])).toEqual(['keep', 'prove'])
  for (const { kind, key = '', payload } of drafts) {
    const id = jobIdOf(node.sha256, kind, key)
    const work = payload as unknown as UpgradeWork
    const recorded =
      work.task === 'keep'
        ? await keepResults(node, { id, work, releaseDigest: DIGEST, results: {} })
        : await recordProof(node, proof(work, id))
    expect(recorded).toEqual({ ok: true, value: { isNew: true } })
  }
  expect(await queuedFor('done-before')).toEqual([])
})

test.each(['keep', 'prove'])('an attempt to %s what is on record already runs nothing', async (task) => {
  const system = `on-record-${task}`
  await driftSeen(system, 'model-b')
  await releasedWith(system, DIGEST)
  const payload = (await queuedFor(system)).find((one) => one['task'] === task) ?? {}
  const work = payload as unknown as UpgradeWork
  // Anything that is run would fail: there is no project.
  expect(await upgradeJob(portsOf(node), runningJob(`before-${task}`, payload))).toMatchObject({ kind: 'again' })
  const id = `job-${task}`
  if (work.task === 'keep') await keepResults(node, { id, work, releaseDigest: DIGEST, results: {} })
  else await recordProof(node, proof(work, id))
  expect(await upgradeJob(portsOf(node), runningJob(id, payload))).toEqual({ kind: 'done' })
})

test('an attempt whose word on the finding was refused is completed by the next one, which runs nothing', async () => {
  const finding = await driftSeen('word-lost', 'model-b')
  const [payload = {}] = await queuedFor('word-lost')
  const work = payload as unknown as UpgradeWork
  const away = await refusingOnce(node, 'finding.changed')
  expect(await recordProof(away, proof(work, 'job-word'))).toMatchObject({ ok: false })
  const attempts = [1, 2].map(() => upgradeJob(portsOf(away), runningJob('job-word', payload)))
  expect(await Promise.all(attempts)).toEqual([{ kind: 'done' }, { kind: 'done' }])
  const { document } = (await node.store.get('findings', finding)) ?? {}
  const { history } = document as unknown as Finding
  expect(history.map(({ what }) => what)).toEqual([
    'reported from check',
    'paired evaluation of `model-b` against `model-a`: rejected, 3 cases worse; see gatehouse eval result job-word',
  ])
  await away.recorder.close()
})

test('a second end of the same proof says what is on record, and nothing new', async () => {
  const finding = await driftSeen('two-ends', 'model-b')
  const [payload = {}] = await queuedFor('two-ends')
  const first = proof(payload as unknown as UpgradeWork, 'job-two')
  await recordProof(node, first)
  const other = { ...first, report: { verdict: 'accepted', regressions: [] } } as const
  expect(await recordProof(node, other)).toEqual({ ok: true, value: { isNew: false } })
  const { document } = (await node.store.get('findings', finding)) ?? {}
  const { history } = document as unknown as Finding
  expect(history.filter(({ what }) => what.includes('paired evaluation'))).toHaveLength(1)
})
