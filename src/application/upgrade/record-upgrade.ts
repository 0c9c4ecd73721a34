import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { noteFinding } from '../governance/findings.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { KEPT_TOPIC, PROVEN_TOPIC, WORKER, type UpgradeWork } from './upgrade-work.ts'

type ProofWork = UpgradeWork & { readonly task: 'prove' }

/** What a report has beside much else. */
interface ProofReport {
  readonly verdict: UpgradeVerdict
  readonly regressions: readonly unknown[]
}

export type UpgradeVerdict = 'accepted' | 'rejected' | 'inconclusive'

const STATUS_OF = { accepted: 'passed', rejected: 'failed', inconclusive: 'inconclusive' } as const

/** Keeps the results of a release, once. */
export function keepResults(
  node: OwnerNode,
  run: {
    readonly id: string
    readonly work: UpgradeWork
    readonly releaseDigest: Digest
    readonly results: JsonObject
  },
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  const { id, work, releaseDigest, results } = run
  return recordOnce(node, { id, work, releaseDigest, status: 'passed', topic: KEPT_TOPIC, more: { baseline: results } })
}

/** Results of a release that were kept, newest first. */
export async function keptResults(node: OwnerNode, system: string, releaseDigest: Digest): Promise<unknown> {
  const [newest] = await node.store.list('evaluations', { system, topic: KEPT_TOPIC, releaseDigest, limit: 1 })
  return newest?.document['baseline']
}

/** What became of a model that answered in another's place: a record of its own, and a word on the finding. */
export async function recordProof(
  node: OwnerNode,
  run: {
    readonly id: string
    readonly work: ProofWork
    readonly releaseDigest: Digest
    readonly report: ProofReport
  },
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  const { id, work, releaseDigest, report } = run
  const recorded = await recordOnce(node, {
    id,
    work,
    releaseDigest,
    status: STATUS_OF[report.verdict],
    topic: PROVEN_TOPIC,
    more: { finding: work.finding, upgrade: report as unknown as JsonObject },
  })
  if (!recorded.ok) return recorded
  const completed = await completeRecorded(node, id, work)
  return completed.ok ? recorded : completed
}

/** Whether a job has its result on record; what an attempt before this one left out is done then. */
export async function completeRecorded(
  node: OwnerNode,
  id: string,
  work: UpgradeWork,
): Promise<Result<{ readonly isRecorded: boolean }, Problem>> {
  const record = await node.store.get('evaluations', id)
  if (record === undefined) return ok({ isRecorded: false })
  if (work.task === 'keep') return ok({ isRecorded: true })
  const { verdict, regressions } = record.document['upgrade'] as unknown as ProofReport
  const worse = `${regressions.length} ${regressions.length === 1 ? 'case' : 'cases'} worse`
  const told = `paired evaluation of \`${work.seen}\` against \`${work.expected}\`: ${verdict}, ${worse}; see gatehouse eval result ${id}`
  const noted = await noteFinding(node, WORKER, work.finding, told)
  return noted.ok ? ok({ isRecorded: true }) : noted
}

interface Recorded {
  readonly id: string
  readonly work: UpgradeWork
  readonly releaseDigest: Digest
  readonly status: string
  readonly topic: string
  readonly more: JsonObject
}

/** A job can run twice: the second end of it changes nothing. */
function recordOnce(
  node: OwnerNode,
  { id, work, releaseDigest, status, topic, more }: Recorded,
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  return node.recorder.exclusive(async (): Promise<Result<{ readonly isNew: boolean }, Problem>> => {
    if ((await node.store.get('evaluations', id)) !== undefined) return ok({ isNew: false })
    const { system, id: watch } = work
    const entry = await node.recorder.record('evaluation.finished', WORKER.name, releaseDigest, {
      head: { id, system, status, topic },
      record: { id, system, schedule: watch, finishedAt: node.clock(), report: null, ...more },
    })
    return entry.ok ? ok({ isNew: true }) : entry
  })
}
