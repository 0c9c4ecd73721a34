import { DAY_MS } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { notesOfNow, type Finding } from '../../domain/finding/finding.ts'
import { upgradeCommand } from '../../domain/upgrade/upgrade-command.ts'
import { noteFinding } from '../governance/findings.ts'
import { jobIdOf } from '../jobs/job-id.ts'
import { JOBS_LISTED_MAX, type JobDraft, type JobQueue } from '../jobs/job-queue.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { RecordFilter } from '../state/records.ts'
import { KEPT_TOPIC, PROVEN_TOPIC, WORKER, type UpgradeWork, type WatchedSystem } from './upgrade-work.ts'

/** Entries behind which something may be due. */
export const UPGRADE_ENTRIES: ReadonlySet<string> = new Set(['verdict.issued', 'finding.reported', 'finding.changed'])

/** Newest open findings that are looked at; a drift that still goes on is found again when it is closed. */
const FINDINGS_MAX = 1_000
/** Newest results that are looked at, of a release or of a system. */
const RESULTS_MAX = 1_000
/**
 * Proofs of a watch that begin within a day. SECURITY: the name of a model is its provider's word. One that says another
 * with each answer has no more than these run, each all suites and attacks; real changes are months apart.
 */
export const PROOFS_PER_DAY_MAX = 5
const NOT_PROVEN = 'not proven by itself'

/**
 * Queues what is to be run for the watched systems: results of the release that was let out last are kept, and each model
 * that was seen to answer in another's place is proven. Each of it happens once, however often this is asked: a key is one
 * job while the job is kept, and what has its result is not asked for again when the job no longer is.
 */
export async function queueUpgrades(
  node: OwnerNode,
  queue: JobQueue,
  watched: readonly WatchedSystem[],
): Promise<Result<undefined, Problem>> {
  for (const watch of watched) {
    const keep = await keepDraft(node, watch)
    const kept = keep === undefined ? ok(undefined) : await queue.enqueue(keep)
    if (!kept.ok) return kept
    const proven = await queueProofs(node, queue, watch)
    if (!proven.ok) return proven
  }
  return ok(undefined)
}

type KeyedDraft = JobDraft & { readonly key: string }

async function keepDraft(node: OwnerNode, watch: WatchedSystem): Promise<KeyedDraft | undefined> {
  const [last] = await node.store.list('verdicts', { system: watch.system, status: 'released', limit: 1 })
  const releaseDigest = last?.releaseDigest
  if (releaseDigest === undefined || releaseDigest === null) return undefined
  const draft = draftOf(
    { ...watch, task: 'keep', releaseDigest },
    `keep/${releaseDigest}/${watch.attacks}/${watch.seed}`,
  )
  const done = await resultIds(node, { system: watch.system, topic: KEPT_TOPIC, releaseDigest })
  return done.has(idOf(node, draft)) ? undefined : draft
}

interface DueProof {
  readonly finding: Finding
  readonly draft: KeyedDraft
}

/** Oldest first. What is beyond the bound is left to people, and its finding says so. */
async function queueProofs(
  node: OwnerNode,
  queue: JobQueue,
  watch: WatchedSystem,
): Promise<Result<undefined, Problem>> {
  if ((await dueProofs(node, queue, watch)).length === 0) return ok(undefined)
  // One at a time on all servers: two that count at once would both find room for the last one.
  const beyond = await node.recorder.exclusive(async (): Promise<Result<readonly DueProof[], Problem>> => {
    const due = await dueProofs(node, queue, watch)
    const room = Math.max(0, PROOFS_PER_DAY_MAX - (await proofsOfDay(node, queue, watch)))
    for (const { draft } of due.slice(0, room)) {
      const added = await queue.enqueue(draft)
      if (!added.ok) return added
    }
    return ok(due.slice(room))
  })
  if (!beyond.ok) return beyond
  for (const { finding } of beyond.value) {
    const { expected = '', seen = '' } = finding.drift ?? {}
    const what = `${NOT_PROVEN}: ${PROOFS_PER_DAY_MAX} models were within a day; prove it by ${upgradeCommand(expected, seen)}`
    const noted = await noteFinding(node, WORKER, finding.id, what)
    if (!noted.ok) return noted
  }
  return ok(undefined)
}

/** Proofs that have no result, no job, and no word that they are left to people. */
async function dueProofs(node: OwnerNode, queue: JobQueue, watch: WatchedSystem): Promise<readonly DueProof[]> {
  const { system } = watch
  const open = await node.store.list('findings', { system, status: 'open', limit: FINDINGS_MAX })
  const done = await resultIds(node, { system, topic: PROVEN_TOPIC })
  const due: DueProof[] = []
  for (const { document } of open.toReversed()) {
    const finding = document as unknown as Finding
    if (finding.drift === undefined || notesOfNow(finding).some(({ what }) => what.startsWith(NOT_PROVEN))) continue
    const { expected, seen } = finding.drift
    // What was closed and is found again is proven again.
    const reopened = finding.history.filter(({ what }) => what.startsWith('reopen:')).length
    const work: UpgradeWork = { ...watch, task: 'prove', finding: finding.id, expected, seen }
    const draft = draftOf(work, `prove/${finding.id}/${reopened}`)
    const id = idOf(node, draft)
    if (!done.has(id) && (await queue.get(id)) === undefined) due.push({ finding, draft })
  }
  return due
}

async function proofsOfDay(node: OwnerNode, queue: JobQueue, watch: WatchedSystem): Promise<number> {
  const jobs = await queue.list({ kind: 'upgrade.run', subject: watch.id, limit: JOBS_LISTED_MAX })
  const since = node.clock() - DAY_MS
  return jobs.filter(({ payload, createdAt }) => payload['task'] === 'prove' && createdAt > since).length
}

/** Of results, by the job that each came from. */
async function resultIds(
  node: OwnerNode,
  of: Pick<RecordFilter, 'system' | 'topic' | 'releaseDigest'>,
): Promise<ReadonlySet<string>> {
  const results = await node.store.list('evaluations', { ...of, limit: RESULTS_MAX, parts: [] })
  return new Set(results.map(({ id }) => id))
}

const idOf = (node: OwnerNode, { kind, key }: KeyedDraft): string => jobIdOf(node.sha256, kind, key)

function draftOf(work: UpgradeWork, key: string): KeyedDraft {
  return {
    kind: 'upgrade.run',
    subject: work.id,
    payload: { ...work } as unknown as JsonObject,
    key: `${work.id}/${key}`,
  }
}
