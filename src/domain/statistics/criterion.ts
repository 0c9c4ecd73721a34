import type { Bounds } from './cluster-interval.ts'

export const DESIGNS = ['fixed', 'sequential'] as const
/** Fixed: every case runs, then the bound decides. Sequential: the evidence is looked at after each case. */
export type Design = (typeof DESIGNS)[number]

/** What must be shown of a rate before a check passes; locked before the run. */
export interface Criterion {
  readonly direction: 'at-most' | 'at-least'
  readonly threshold: number
  /** Error probability of the one-sided bound. */
  readonly alpha: number
  /** Fixed when absent. */
  readonly design?: Design | undefined
}

export const ALPHA_DEFAULT = 0.05

export const RATE_METHODS = [
  'clopper-pearson',
  'korn-graubard',
  'beta-binomial-sequence',
  'betting-sequence',
  'none',
] as const
export type RateMethod = (typeof RATE_METHODS)[number]

export interface RateDecision {
  readonly outcome: 'passed' | 'failed' | 'inconclusive'
  /** Cases (clusters) that the decision rests on. */
  readonly n: number
  /** Events, summed over cases as rates: equal to the count when each case ran once. */
  readonly k: number
  readonly estimate: number
  /** One-sided bounds, each at `alpha`. */
  readonly lower: number
  readonly upper: number
  readonly method: RateMethod
}

/** Which side of the threshold the bounds lie on. */
export function sideOf({ direction, threshold }: Criterion, { lower, upper }: Bounds): RateDecision['outcome'] {
  if (direction === 'at-most') return upper <= threshold ? 'passed' : lower > threshold ? 'failed' : 'inconclusive'
  return lower >= threshold ? 'passed' : upper < threshold ? 'failed' : 'inconclusive'
}

const TRIALS_MAX = 1_000_000

/** Fewest cases with which a fixed criterion can pass when every case is good: what `plan` tells beforehand. */
export function casesNeeded({ direction, threshold, alpha }: Criterion): number | undefined {
  const margin = direction === 'at-most' ? threshold : 1 - threshold
  if (margin <= 0) return undefined
  if (margin >= 1) return 1
  // No events in n cases bound the rate by 1 − alpha^(1/n).
  const n = Math.ceil(Math.log(alpha) / Math.log(1 - margin) - 1e-9)
  return n > TRIALS_MAX ? undefined : n
}
