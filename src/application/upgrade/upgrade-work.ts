/**
 * Attacks of a side, and as many twins: their results take some 6 MB, so that together with those of suites they are no
 * larger than what is read back as a baseline (12 MiB), nor than an entry of the ledger (16 MiB).
 */
export const ATTACKS_MAX = 20_000

/** A system whose models are proven anew by themselves when its provider changes one. */
export interface WatchedSystem {
  readonly id: string
  readonly system: string
  /** Folder on every worker. */
  readonly project: string
  readonly manifest: string
  /** Attacks, and as many benign twins; up to `ATTACKS_MAX`. */
  readonly attacks: number
  readonly seed: number
  /** By how much misses may rise. */
  readonly margin: number
}

/** `keep`: the results of a release, for later. `prove`: a model that answers in another's place against what was kept. */
export type UpgradeWork = WatchedSystem &
  (
    | { readonly task: 'keep'; readonly releaseDigest: string }
    | { readonly task: 'prove'; readonly finding: string; readonly expected: string; readonly seen: string }
  )

/** Who writes what workers found out. */
export const WORKER = { name: 'gatehouse worker', roles: ['engineer'] }

/** Topics under which their results are filed among the evaluations. */
export const KEPT_TOPIC = 'upgrade-baseline'
export const PROVEN_TOPIC = 'upgrade'
