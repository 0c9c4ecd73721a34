import type { Digest } from '../../base/digest.ts'
import { DAY_MS, MINUTE_MS, type EpochMs } from '../../base/instant.ts'

export const OUTCOMES = ['passed', 'failed', 'inconclusive', 'errored'] as const
export type CheckOutcome = (typeof OUTCOMES)[number]

/** What one check yielded about one release. */
export interface CheckEvidence {
  readonly checkId: string
  readonly checkVersion: number
  readonly releaseDigest: Digest
  /** Digest of check id, version and every input: another key is another evidence. */
  readonly key: Digest
  readonly outcome: CheckOutcome
  readonly summary: string
  readonly measure: Measure | null
  readonly failures: readonly CheckFailure[]
  /** Failures beyond those listed. */
  readonly failuresOmitted: number
  /** True when a simulated model stood in for a real one. */
  readonly isSimulated: boolean
  readonly startedAt: EpochMs
  readonly finishedAt: EpochMs
  readonly suiteDigests: readonly Digest[]
}

export interface Measure {
  readonly metric: string
  readonly n: number
  readonly k: number
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  readonly alpha: number
  readonly direction: 'at-most' | 'at-least' | 'none'
  readonly threshold: number | null
  readonly method: string
}

export interface CheckFailure {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly why: string
  readonly risks: readonly string[]
  /** Of a model that another answered for: the name of that one. */
  readonly answeredBy?: string | undefined
}

/** How far the clock of the machine that ran a check may be ahead. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS

/** Evidence is stale when an input changed, when it is older than its control allows, or when it claims to be from the future. */
export function isFresh(evidence: CheckEvidence, key: Digest, maxAgeDays: number, now: EpochMs): boolean {
  return (
    evidence.key === key &&
    evidence.finishedAt <= now + CLOCK_SKEW_MS &&
    now - evidence.finishedAt <= maxAgeDays * DAY_MS
  )
}
