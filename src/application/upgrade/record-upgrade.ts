import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { noteFinding } from '../governance/findings.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { KEPT_TOPIC, PROVEN_TOPIC, type UpgradeWork } from './upgrade-work.ts'

const ACTOR = { name: 'gatehouse worker', roles: ['engineer'] }

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
    readonly work: UpgradeWork & { readonly task: 'prove' }
    readonly releaseDigest: Digest
    readonly verdict: UpgradeVerdict
    readonly regressions: number
    readonly report: JsonObject
  },
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  const { id, work, releaseDigest, verdict, regressions, report } = run
  const recorded = await recordOnce(node, {
    id,
    work,
    releaseDigest,
    status: STATUS_OF[verdict],
    topic: PROVEN_TOPIC,
    more: { finding: work.finding, upgrade: report },
  })
  if (!recorded.ok || !recorded.value.isNew) return recorded
  const told = `paired evaluation of \`${work.seen}\` against \`${work.expected}\`: ${verdict}, ${regressions} ${regressions === 1 ? 'case' : 'cases'} worse; see gatehouse eval result ${id}`
  const noted = await noteFinding(node, ACTOR, work.finding, told)
  return noted.ok ? recorded : noted
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
  return node.recorder.exclusive(async () => {
    if ((await node.store.get('evaluations', id)) !== undefined) return ok({ isNew: false })
    const { system, id: watch } = work
    const entry = await node.recorder.record('evaluation.finished', ACTOR.name, releaseDigest, {
      head: { id, system, status, topic },
      record: { id, system, schedule: watch, finishedAt: node.clock(), report: null, ...more },
    })
    return entry.ok ? ok({ isNew: true }) : entry
  })
}
