import type { RateDecision } from '../statistics/criterion.ts'
import type { Flakiness } from '../statistics/flakiness.ts'
import type { CorrectedRate } from '../statistics/judge-error.ts'
import type { PairedGroups } from './fairness.ts'
import type { LatencySummary } from './latency-histogram.ts'
import type { SuiteCriterion } from './suite.ts'

/** What one criterion came to. */
export interface CriterionResult extends SuiteCriterion, Omit<RateDecision, 'outcome'> {
  readonly outcome: RateDecision['outcome'] | 'errored'
  /** Cases without a verdict under it. */
  readonly withoutVerdict: number
  /** Why it is errored, or cannot decide. */
  readonly note: string | null
  /** The rate behind a judge's, where the criterion is a judge's. */
  readonly corrected: CorrectedRate | null
}

/** A count of trials with its 95 % interval (Wilson); shown, decides nothing. */
export interface ShownRate {
  readonly name: string
  readonly n: number
  /** Trials in which it held. */
  readonly k: number
  readonly low: number
  readonly high: number
}

export interface ScorerRate extends ShownRate {
  readonly withoutVerdict: number
  /** Mean of what it measured, where it measures. */
  readonly mean: number | null
}

export interface ReportedFailure {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly trial: number
  readonly scorers: readonly string[]
  readonly why: string
  readonly risks: readonly string[]
  readonly reply: string
}

/**
 * What an evaluation came to. Holds nothing of when or where it ran: the same suite, seed and answers give the same bytes.
 */
export interface EvaluationReport {
  readonly schemaVersion: 1
  readonly suite: { readonly id: string; readonly version: string; readonly purpose: string; readonly digest: string }
  readonly target: { readonly identity: unknown; readonly isSimulated: boolean }
  readonly seed: number
  readonly trialsPerCase: number
  /** `completed`, or why the sampling ended before the last case. */
  readonly stopped: string
  readonly cases: { readonly available: number; readonly run: number; readonly held: number }
  readonly trials: { readonly run: number; readonly errored: number }
  /** Mean of the cases' share of trials in which everything held, by the cases' weights. */
  readonly weightedScore: number | null
  readonly criteria: readonly CriterionResult[]
  readonly scorers: readonly ScorerRate[]
  readonly tags: readonly ShownRate[]
  readonly risks: readonly ShownRate[]
  readonly languages: readonly ShownRate[]
  readonly variants: readonly ShownRate[]
  readonly pairs: PairedGroups | null
  readonly flakiness: Flakiness
  readonly latency: LatencySummary
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd: number | null }
  readonly models: readonly string[]
  readonly failures: readonly ReportedFailure[]
  readonly failuresOmitted: number
  readonly errors: readonly {
    readonly id: string
    readonly trial: number
    readonly kind: string
    readonly why: string
  }[]
  readonly errorsOmitted: number
}
