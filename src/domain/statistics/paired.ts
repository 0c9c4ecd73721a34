import type { Bounds } from './cluster-interval.ts'
import type { Distributions } from './distributions.ts'

/** The same cases under a baseline and a candidate, one trial each. */
export interface PairedCounts {
  /** Pairs. */
  readonly n: number
  /** Event under the candidate only. */
  readonly gained: number
  /** Event under the baseline only. */
  readonly lost: number
}

export interface McNemarResult {
  /** Exact, two-sided. */
  readonly twoSided: number
  /** Exact, one-sided: as many events gained, or more, if candidate and baseline were alike. */
  readonly gain: number
  /** The other side. */
  readonly loss: number
}

/**
 * Exact McNemar test: among pairs that differ, each direction is equally likely if nothing changed (Q. McNemar, Note on the
 * sampling error of the difference between correlated proportions or percentages, Psychometrika 12 (1947), 153–157; exact
 * form by the binomial distribution, F. Mosteller 1952).
 */
export function mcNemar(distributions: Distributions, { gained, lost }: PairedCounts): McNemarResult {
  const differing = gained + lost
  if (differing === 0) return { twoSided: 1, gain: 1, loss: 1 }
  const gain = binomialAtLeast(distributions, gained, differing, 0.5)
  const loss = binomialAtLeast(distributions, lost, differing, 0.5)
  return { twoSided: Math.min(1, 2 * Math.min(gain, loss)), gain, loss }
}

/** P(X ≥ k) for X ~ Binomial(n, p), through the incomplete beta function. */
// oxlint-disable-next-line max-params -- k, n and p are how everybody writes a binomial tail
export function binomialAtLeast(distributions: Distributions, k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n) return 0
  return distributions.betaCdf(p, k, n - k + 1)
}

/**
 * Score interval of the difference candidate − baseline of paired proportions (T. Tango, Equivalence test and confidence
 * interval for the difference in proportions for the paired-sample design, Statistics in Medicine 17 (1998), 891–908).
 * One-sided bounds, each at `alpha`.
 */
export function pairedDifference(
  distributions: Distributions,
  counts: PairedCounts,
  alpha: number,
): Bounds & { readonly estimate: number } {
  const { n, gained, lost } = counts
  if (n === 0) return { estimate: 0, lower: -1, upper: 1 }
  const estimate = (gained - lost) / n
  const z = distributions.normalQuantile(1 - alpha)
  return {
    estimate,
    upper: boundary((delta) => tangoScore(counts, delta) <= -z, estimate, 1),
    lower: boundary((delta) => tangoScore(counts, delta) >= z, estimate, -1),
  }
}

/** Tango's statistic for a true difference of `delta`; falls in `delta`. */
function tangoScore({ n, gained, lost }: PairedCounts, delta: number): number {
  // The probability of an event under the baseline only that fits best if the difference is `delta`.
  const b = -gained - lost + (2 * n - gained + lost) * delta
  const c = -lost * delta * (1 - delta)
  const fitted = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n)
  const variance = n * (2 * fitted + delta * (1 - delta))
  const distance = gained - lost - n * delta
  if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Number.POSITIVE_INFINITY
  return distance / Math.sqrt(variance)
}

const BISECTIONS = 60

function boundary(isOutside: (delta: number) => boolean, from: number, to: number): number {
  let [inside, outside] = [from, to]
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (inside + outside) / 2
    if (isOutside(middle)) outside = middle
    else inside = middle
  }
  return outside
}

export interface NonInferiority {
  readonly outcome: 'passed' | 'failed' | 'inconclusive'
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/**
 * Is the candidate no worse than the baseline by more than `margin`? `worse` says which way an event counts: `gained` for
 * rates that should be low, `lost` for rates that should be high. Passed if the bound of the loss lies within the margin,
 * failed if the loss is surely beyond it.
 */
export function nonInferiority(
  difference: Bounds & { readonly estimate: number },
  margin: number,
  worse: 'gained' | 'lost',
): NonInferiority {
  const { estimate, lower, upper } = difference
  const [lossLower, lossUpper] = worse === 'gained' ? [lower, upper] : [-upper, -lower]
  return {
    outcome: lossUpper <= margin ? 'passed' : lossLower > margin ? 'failed' : 'inconclusive',
    estimate,
    lower,
    upper,
  }
}

/** Mean of the case differences with Student's t on n − 1 degrees, for repeated trials and for scores. */
export function meanDifference(
  distributions: Distributions,
  differences: readonly number[],
  alpha: number,
): (Bounds & { readonly estimate: number; readonly twoSided: number }) | undefined {
  const n = differences.length
  if (n < 2) return undefined
  const estimate = differences.reduce((sum, value) => sum + value, 0) / n
  const variance = differences.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / (n - 1)
  const error = Math.sqrt(variance / n)
  if (error === 0) return { estimate, lower: estimate, upper: estimate, twoSided: estimate === 0 ? 1 : 0 }
  const half = distributions.studentQuantile(1 - alpha, n - 1) * error
  const twoSided = 2 * (1 - distributions.studentCdf(Math.abs(estimate) / error, n - 1))
  return { estimate, lower: estimate - half, upper: estimate + half, twoSided }
}
