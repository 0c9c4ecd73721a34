// What is queued and run for watched systems, on a real state: which findings count, and what another attempt does.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeFinding, reportSeen } from '../../src/application/governance/findings.ts'
import { driftReport } from '../../src/application/respond/drift-finding.ts'
import { jobIdOf } from '../../src/application/jobs/job-id.ts'
import type { RunningJob } from '../../src/application/jobs/job-queue.ts'
import { PROOFS_PER_DAY_MAX, queueUpgrades } from '../../src/application/upgrade/queue-upgrades.ts'
import { keepResults, recordProof } from '../../src/application/upgrade/record-upgrade.ts'
import type { UpgradeWork, WatchedSystem } from '../../src/application/upgrade/upgrade-work.ts'
import type { Digest } from '../../src/base/digest.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Finding } from '../../src/domain/finding/finding.ts'
import { GatewayRegister } from '../../src/entrypoints/node/gateway-register.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { upgradeJob } from '../../src/entrypoints/worker/upgrade-job.ts'
import type { WorkerPorts } from '../../src/entrypoints/worker/worker-ports.ts'
import { writeGatewayProject } from '../support/gateway-project.ts'
import { openNodeOrThrow, sessionOn } from '../support/owned-state.ts'
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

const MIA = { name: 'mia', roles: ['engineer'] }

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
  const found = await reportSeen(node, { name: 'gateway', roles: ['engineer'] }, report)
  if (!found.ok) throw new Error(found.failure.message)
  return found.value.id
}

async function releasedWith(system: string, releaseDigest: Digest): Promise<void> {
  const head = { system, releaseDigest, status: 'released', topic: 'local' }
  await putRecords(node, [
    {
      kind: 'verdicts',
      record: {
        ...head,
        id: `verdict-${releaseDigest}-${system}`,
        at: node.clock(),
        document: { results: [], decidedAt: 0 },
      },
    },
  ])
}

/** Payloads of what is queued for a system after another look, in any order. */
async function queuedFor(system: string): Promise<readonly JsonObject[]> {
  const queue = await node.jobs()
  const watch = watchOf(system)
  expect(await queueUpgrades(node, queue, [watch])).toMatchObject({ ok: true })
  const jobs = await queue.list({ kind: 'upgrade.run', subject: watch.id })
  return jobs.map(({ payload }) => payload)
}

async function historyOf(finding: string): Promise<readonly string[]> {
  const record = await node.store.get('findings', finding)
  return ((record?.document as unknown as Finding | undefined)?.history ?? []).map(({ what }) => what)
}

test('a model is proven by its whole name, however much of it a fingerprint keeps', async () => {
  const seen = `model-${'b'.repeat(160)}`
  await driftSeen('long-names', seen)
  await driftSeen('long-names', `${seen}-2`)
  const queued = await queuedFor('long-names')
  expect(new Set(queued.map((payload) => payload['seen']))).toEqual(new Set([seen, `${seen}-2`]))
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
  const system = 'done-before'
  const finding = await driftSeen(system, 'model-b')
  await releasedWith(system, DIGEST)
  const watch = watchOf(system)
  const idOf = (key: string): string => jobIdOf(node.sha256, 'upgrade.run', `${watch.id}/${key}`)
  await keepResults(node, {
    id: idOf(`keep/${DIGEST}/0/1`),
    work: { ...watch, task: 'keep', releaseDigest: DIGEST },
    releaseDigest: DIGEST,
    results: {},
  })
  const work: UpgradeWork = { ...watch, task: 'prove', finding, expected: 'model-a', seen: 'model-b' }
  await recordProof(node, proof(work, idOf(`prove/${finding}/0`)))
  expect(await queuedFor(system)).toEqual([])
  // Another release, and a model that is found again, are something else.
  await releasedWith(system, `sha256:${'b'.repeat(64)}` as Digest)
  await changeFinding(node, MIA, { id: finding, event: 'dismiss', note: 'no' })
  await changeFinding(node, MIA, { id: finding, event: 'reopen', note: 'yes' })
  expect((await queuedFor(system)).map((payload) => payload['task'])).toEqual(expect.arrayContaining(['keep', 'prove']))
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
  expect(await historyOf(finding)).toEqual([
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
  expect((await historyOf(finding)).filter((what) => what.includes('paired evaluation'))).toHaveLength(1)
})

test('a proof of a model that people have declared meanwhile ends as done', async () => {
  const project = join(folder, 'taken')
  await writeGatewayProject(project, { cases: 1 })
  const work = {
    ...watchOf('shop-bot'),
    project,
    task: 'prove',
    finding: 'FND-1',
    expected: 'model-0',
    seen: 'model-a',
  }
  expect(await upgradeJob(portsOf(node), runningJob('prove-taken', work))).toEqual({ kind: 'done' })
})

describe('SECURITY: what has workers run models', () => {
  const finding = { title: 'x', description: '', severity: 'low', fingerprint: 'model-drift/model-a/model-b' } as const

  test('is no finding that somebody reports under its fingerprint', async () => {
    const session = sessionOn(node, 'rita', ['engineer'])
    const shared = { system: 'claimed', source: 'check' } as const
    for (const refused of [
      await session.call('reportFinding', { ...shared, ...finding }),
      await session.call('importFindings', { ...shared, findings: [{ ...finding, risks: [] }] }),
    ])
      expect(refused).toMatchObject({ ok: false, failure: { code: 'finding/reserved-fingerprint' } })
    const drift = { expected: 'model-a', seen: 'model-b' }
    const other = { ...shared, ...finding, fingerprint: 'of-my-own', drift }
    // What is said of models is not for who reports to say.
    expect(await session.call('reportFinding', other)).toMatchObject({
      ok: false,
      failure: { code: 'http/invalid-input' },
    })
    expect(await queuedFor('claimed')).toEqual([])
  })

  test('is a finding that was there under its fingerprint only when the model was seen', async () => {
    const before = { ...finding, id: 'FND-old', system: 'claimed-before', state: 'open', history: [] }
    const head = { id: before.id, system: before.system, releaseDigest: null, status: 'open', topic: 'low' }
    await putRecords(node, [{ kind: 'findings', record: { ...head, at: node.clock(), document: before } }])
    expect(await queuedFor('claimed-before')).toEqual([])
    expect(await driftSeen('claimed-before', 'model-b')).toBe('FND-old')
    expect(await queuedFor('claimed-before')).toMatchObject([{ expected: 'model-a', seen: 'model-b' }])
  })

  test('changes a model by its declared name, and neither a prompt nor what an id says', async () => {
    const project = join(folder, 'models-only')
    await writeGatewayProject(project, { cases: 1 })
    for (const expected of ['system', 'main', 'prompt', 'prompts/system.md']) {
      const work = {
        ...watchOf('shop-bot'),
        project,
        task: 'prove',
        finding: 'FND-1',
        expected,
        seen: 'prompts/other.md',
      }
      expect(await upgradeJob(portsOf(node), runningJob(`prove-${expected}`, work))).toMatchObject({
        kind: 'dead',
        problem: { code: 'upgrade/unknown-component' },
      })
    }
  })

  test('is bounded for each watch and day; what is beyond it is left to people, and its finding says so once', async () => {
    const findings: string[] = []
    for (let at = 0; at < PROOFS_PER_DAY_MAX + 2; at++) findings.push(await driftSeen('many-names', `model-${at}`))
    // Looks at once, as of several workers.
    await Promise.all([1, 2, 3].map(() => queuedFor('many-names')))
    const queued = await queuedFor('many-names')
    const seen = queued.map((payload) => String(payload['seen']))
    expect(new Set(seen)).toEqual(new Set(findings.slice(0, PROOFS_PER_DAY_MAX).map((_, at) => `model-${at}`)))
    expect(seen).toHaveLength(PROOFS_PER_DAY_MAX)
    for (const [at, id] of findings.entries())
      expect(await historyOf(id)).toEqual([
        'reported from check',
        ...(at < PROOFS_PER_DAY_MAX
          ? []
          : [
              `not proven by itself: 5 models were within a day; prove it by gatehouse upgrade --component model-a=model-${at}`,
            ]),
      ])
    // Each watch has its own.
    await driftSeen('few-names', 'model-1')
    expect(await queuedFor('few-names')).toHaveLength(1)
  })
})
