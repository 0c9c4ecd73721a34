import type { Distributions } from './distributions.ts'
import { lowerBound, upperBound } from './proportion.ts'

export interface Bounds {
  readonly lower: number
  readonly upper: number
}

/** Events and trials of one case; cases are independent, trials within one are not. */
export interface ClusterCount {
  readonly events: number
  readonly trials: number
}

/** Below this many cases the spread between them is not trusted. */
export const CLUSTERS_MIN = 30

/**
 * One-sided bounds of the mean over cases of the per-trial rate, by the effective sample size of E. L. Korn and B. I.
 * Graubard (Confidence intervals for proportions with small expected number of positive counts estimated from survey data,
 * Survey Methodology 24 (1998), 193–201): the variance between cases says how many independent trials the data are worth,
 * and Clopper–Pearson bounds that many. Unlike mean ± t·s/√n it holds near 0 and 1. The effective size is never taken
 * above the number of trials, and never below the number of cases that one trial each would give.
 */
export function clusterBounds(distributions: Distributions, clusters: readonly ClusterCount[], alpha: number): Bounds {
  const size = effectiveSize(distributions, clusters)
  const counted = { k: meanRate(clusters) * size, n: size }
  return {
    lower: lowerBound(distributions, counted, alpha),
    upper: upperBound(distributions, counted, alpha),
  }
}

/** How many independent trials the clusters are worth. */
export function effectiveSize(distributions: Distributions, clusters: readonly ClusterCount[]): number {
  const n = clusters.length
  const mean = meanRate(clusters)
  const rates = clusters.map(rateOf)
  // Without spread nothing says that repeats are worth more than one trial. The rates themselves are compared, for the
  // rounding of their mean leaves a variance near and not at zero.
  if (rates.every((rate) => rate === rates[0])) return n
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (n - 1)
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0)
  // The degrees of freedom of the variance: n − 1 cases, not all trials.
  const ratio =
    distributions.studentQuantile(0.975, Math.max(1, trials - 1)) / distributions.studentQuantile(0.975, n - 1)
  const size = ((mean * (1 - mean)) / (variance / n)) * ratio ** 2
  return Math.min(trials, Math.max(n * ratio ** 2, size))
}

export function meanRate(clusters: readonly ClusterCount[]): number {
  return clusters.reduce((sum, cluster) => sum + rateOf(cluster), 0) / clusters.length
}

function rateOf({ events, trials }: ClusterCount): number {
  return events / trials
}
