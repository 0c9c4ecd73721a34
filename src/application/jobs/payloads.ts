import type { JsonObject } from '../../base/json.ts'
import type { UpgradeWork } from '../upgrade/upgrade-work.ts'

/** A suite of a project, to be run in parts by whichever workers are free. */
export interface SuiteWork {
  readonly schedule: string
  readonly system: string
  /** Folder on every worker. */
  readonly project: string
  readonly manifest: string
  readonly suite: string
  readonly target: string | null
  readonly trials: number | null
  readonly seed: number | null
  readonly shards: number
  readonly concurrency: number
  /** Who asked for it by hand; absent where the schedule did. */
  readonly startedBy?: string | undefined
}

export interface ShardWork extends SuiteWork {
  readonly run: string
  /** Digest of suite, target, trials and seed, as they were when the run began. */
  readonly digest: string
  readonly part: number
}

export type MergeWork = Omit<ShardWork, 'part'>

/** A project whose evidence is renewed before it is too old. */
export interface RefreshWork {
  readonly schedule: string
  readonly project: string
  readonly manifest: string
  readonly environment: string
  readonly aheadHours: number
  readonly author: string
}

/** Payloads come from our own drafts only: their shape is what the draft of the kind was typed as. */
export function payloadOf<Work extends SuiteWork | ShardWork | MergeWork | RefreshWork | UpgradeWork>(
  payload: JsonObject,
): Work {
  return payload as unknown as Work
}
