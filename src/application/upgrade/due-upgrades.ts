import type { JsonObject } from '../../base/json.ts'
import type { Finding } from '../../domain/finding/finding.ts'
import { jobIdOf } from '../jobs/job-id.ts'
import type { JobDraft } from '../jobs/job-queue.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { RecordFilter } from '../state/records.ts'
import { KEPT_TOPIC, PROVEN_TOPIC, type UpgradeWork, type WatchedSystem } from './upgrade-work.ts'

/** Entries behind which something may be due. */
export const UPGRADE_ENTRIES: ReadonlySet<string> = new Set(['verdict.issued', 'finding.reported', 'finding.changed'])

/** Newest open findings that are looked at; a drift that still goes on is found again when it is closed. */
const FINDINGS_MAX = 1_000
/** Newest results that are looked at, of a release or of a system. */
const RESULTS_MAX = 1_000

/**
 * What is to be run for the watched systems: results of the release that was let out last are kept, and each model that was
 * seen to answer in another's place is proven. Each of it happens once, however often this is asked: a key is one job while
 * the job is kept, and what has its result is not asked for again when the job no longer is.
 */
export async function dueUpgrades(node: OwnerNode, watched: readonly WatchedSystem[]): Promise<readonly JobDraft[]> {
  const drafts: JobDraft[] = []
  for (const watch of watched) {
    const kept = await keepDraft(node, watch)
    if (kept !== undefined) drafts.push(kept)
    drafts.push(...(await proveDrafts(node, watch)))
  }
  return drafts
}

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

/** Of results, by the job that each came from. */
async function resultIds(
  node: OwnerNode,
  of: Pick<RecordFilter, 'system' | 'topic' | 'releaseDigest'>,
): Promise<ReadonlySet<string>> {
  const results = await node.store.list('evaluations', { ...of, limit: RESULTS_MAX, parts: ['id'] })
  return new Set(results.map(({ id }) => id))
}

const idOf = (node: OwnerNode, { kind, key }: KeyedDraft): string => jobIdOf(node.sha256, kind, key)

async function proveDrafts(node: OwnerNode, watch: WatchedSystem): Promise<readonly KeyedDraft[]> {
  const open = await node.store.list('findings', { system: watch.system, status: 'open', limit: FINDINGS_MAX })
  const done = await resultIds(node, { system: watch.system, topic: PROVEN_TOPIC })
  const drafts = open.flatMap(({ document }) => {
    const { id, drift, history } = document as unknown as Finding
    if (drift === undefined) return []
    const { expected, seen } = drift
    // What was closed and is found again is proven again.
    const reopened = history.filter(({ what }) => what.startsWith('reopen:')).length
    return [draftOf({ ...watch, task: 'prove', finding: id, expected, seen }, `prove/${id}/${reopened}`)]
  })
  return drafts.filter((draft) => !done.has(idOf(node, draft)))
}

type KeyedDraft = JobDraft & { readonly key: string }

function draftOf(work: UpgradeWork, key: string): KeyedDraft {
  return {
    kind: 'upgrade.run',
    subject: work.id,
    payload: { ...work } as unknown as JsonObject,
    key: `${work.id}/${key}`,
  }
}
