import type { Distributions } from './distributions.ts'
import { lowerBound, upperBound } from './proportion.ts'

/** What must be shown of a rate before a check passes; locked before the run. */
export interface Criterion {
  readonly direction: 'at-most' | 'at-least'
  readonly threshold: number
  /** Error probability of the one-sided bound. */
  readonly alpha: number
}

export const ALPHA_DEFAULT = 0.05

export interface RateDecision {
  readonly outcome: 'passed' | 'failed' | 'inconclusive'
  /** Cases (clusters). */
  readonly n: number
  /** Events, summed over cases as rates: equal to the count when each case ran once. */
  readonly k: number
  readonly estimate: number
  /** One-sided bounds, each at `alpha`. */
  readonly lower: number
  readonly upper: number
  readonly method: 'clopper-pearson' | 'cluster-t' | 'none'
}

/** Below this many cases a cluster-robust interval is not trusted. */
const CLUSTERS_MIN = 30

/**
 * Decides a rate criterion from the events of each case. `trials[i]` are the repeated trials of case i (true = event).
 * Estimand: mean over cases of the per-trial rate. Single trials: exact bounds; repeated ones: a t interval over cases.
 */
export function decideRate(
  distributions: Distributions,
  criterion: Criterion,
  trials: readonly (readonly boolean[])[],
): RateDecision {
  const rates = trials.map((events) => (events.length === 0 ? 0 : events.filter(Boolean).length / events.length))
  const n = rates.length
  const k = rates.reduce((sum, rate) => sum + rate, 0)
  if (n === 0) return { outcome: 'inconclusive', n, k, estimate: 0, lower: 0, upper: 1, method: 'none' }
  // A case that never ran has no rate: counted as zero events it would help a criterion to pass.
  if (trials.some((events) => events.length === 0))
    return { outcome: 'inconclusive', n, k, estimate: k / n, lower: 0, upper: 1, method: 'none' }
  const isSingle = trials.every((events) => events.length === 1)
  if (!isSingle && n < CLUSTERS_MIN)
    return { outcome: 'inconclusive', n, k, estimate: k / n, lower: 0, upper: 1, method: 'none' }
  const bounds = isSingle
    ? {
        lower: lowerBound(distributions, { k, n }, criterion.alpha),
        upper: upperBound(distributions, { k, n }, criterion.alpha),
      }
    : clusterBounds(distributions, rates, criterion.alpha)
  return {
    outcome: sideOf(criterion, bounds),
    n,
    k,
    estimate: k / n,
    ...bounds,
    method: isSingle ? 'clopper-pearson' : 'cluster-t',
  }
}

function sideOf(
  { direction, threshold }: Criterion,
  { lower, upper }: { readonly lower: number; readonly upper: number },
): RateDecision['outcome'] {
  if (direction === 'at-most') return upper <= threshold ? 'passed' : lower > threshold ? 'failed' : 'inconclusive'
  return lower >= threshold ? 'passed' : upper < threshold ? 'failed' : 'inconclusive'
}

/** Mean of case rates with Student's t on n − 1 degrees: cases are independent, trials within one are not. */
function clusterBounds(
  distributions: Distributions,
  rates: readonly number[],
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  const n = rates.length
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / n
  // Without any spread the t interval collapses to a point: fall back on the exact bound of n single cases. The rates
  // themselves are compared, for the rounding of their mean leaves a variance near and not at zero.
  if (rates.every((rate) => rate === rates[0]))
    return {
      lower: lowerBound(distributions, { k: mean * n, n }, alpha),
      upper: upperBound(distributions, { k: mean * n, n }, alpha),
    }
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (n - 1)
  const half = distributions.studentQuantile(1 - alpha, n - 1) * Math.sqrt(variance / n)
  return { lower: Math.max(0, mean - half), upper: Math.min(1, mean + half) }
}

const TRIALS_MAX = 1_000_000

/** Fewest cases with which the criterion can pass when every case is good: what `plan` tells beforehand. */
export function casesNeeded({ direction, threshold, alpha }: Criterion): number | undefined {
  const margin = direction === 'at-most' ? threshold : 1 - threshold
  if (margin <= 0) return undefined
  if (margin >= 1) return 1
  // No events in n cases bound the rate by 1 − alpha^(1/n).
  const n = Math.ceil(Math.log(alpha) / Math.log(1 - margin) - 1e-9)
  return n > TRIALS_MAX ? undefined : n
}
