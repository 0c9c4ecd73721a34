import type { JsonObject } from '../../base/json.ts'
import type { Finding } from '../../domain/finding/finding.ts'
import type { JobDraft } from '../jobs/job-queue.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { UpgradeWork, WatchedSystem } from './upgrade-work.ts'

/** Entries behind which something may be due. */
export const UPGRADE_ENTRIES: ReadonlySet<string> = new Set(['verdict.issued', 'finding.reported', 'finding.changed'])

/** Newest open findings that are looked at; a drift that still goes on is found again when it is closed. */
const FINDINGS_MAX = 1_000

/**
 * What is to be run for the watched systems: results of the release that was let out last are kept, and each model that was
 * seen to answer in another's place is proven. The keys make each of it happen once, however often this is asked.
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

async function keepDraft(node: OwnerNode, watch: WatchedSystem): Promise<JobDraft | undefined> {
  const [last] = await node.store.list('verdicts', { system: watch.system, status: 'released', limit: 1 })
  const releaseDigest = last?.releaseDigest
  if (releaseDigest === undefined || releaseDigest === null) return undefined
  return draftOf({ ...watch, task: 'keep', releaseDigest }, `keep/${releaseDigest}/${watch.attacks}/${watch.seed}`)
}

async function proveDrafts(node: OwnerNode, watch: WatchedSystem): Promise<readonly JobDraft[]> {
  const open = await node.store.list('findings', { system: watch.system, status: 'open', limit: FINDINGS_MAX })
  return open.flatMap(({ document }) => {
    const { id, drift, history } = document as unknown as Finding
    if (drift === undefined) return []
    const { expected, seen } = drift
    // What was closed and is found again is proven again.
    const reopened = history.filter(({ what }) => what.startsWith('reopen:')).length
    return [draftOf({ ...watch, task: 'prove', finding: id, expected, seen }, `prove/${id}/${reopened}`)]
  })
}

function draftOf(work: UpgradeWork, key: string): JobDraft {
  return {
    kind: 'upgrade.run',
    subject: work.id,
    payload: { ...work } as unknown as JsonObject,
    key: `${work.id}/${key}`,
  }
}
