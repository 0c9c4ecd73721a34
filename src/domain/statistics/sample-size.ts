import type { Criterion } from './criterion.ts'
import type { Distributions } from './distributions.ts'
import { binomialAtLeast } from './paired.ts'
import { upperBound } from './proportion.ts'

export interface FixedPlan {
  /** Cases, one trial each. */
  readonly n: number
  /** Most misses with which the criterion still passes. */
  readonly missesMax: number
  /** Exact probability that it passes if the true rate is the assumed one. */
  readonly power: number
}

const CASES_MAX = 1_000_000

/**
 * Fewest cases with which a fixed criterion passes with probability `power` if the true rate is `rate`: exact, by the
 * binomial distribution of the misses and the Clopper–Pearson bound that decides. Undefined where the assumed rate is on the
 * wrong side of the threshold, or too near to it.
 */
export function planFixed(
  distributions: Distributions,
  criterion: Criterion,
  rate: number,
  power: number,
): FixedPlan | undefined {
  const { threshold, miss } = missesOf(criterion, rate)
  if (miss >= threshold) return undefined
  // The power jumps down at each n where no further miss is allowed: the first n of each number of allowed misses is looked at.
  let n = 1
  for (let missesMax = 0; n <= CASES_MAX; missesMax++) {
    n = leastCases(distributions, missesMax, threshold, criterion.alpha, n)
    if (n > CASES_MAX) return undefined
    const reached = powerAt(distributions, n, missesMax, miss)
    if (reached >= power) return { n, missesMax, power: reached }
  }
  return undefined
}

/** P(at most `missesMax` misses in n cases). */
// oxlint-disable-next-line max-params -- n, k and p are how everybody writes a binomial tail
export function powerAt(distributions: Distributions, n: number, missesMax: number, miss: number): number {
  return missesMax >= n ? 1 : 1 - binomialAtLeast(distributions, missesMax + 1, n, miss)
}

/** Both directions as "misses at most". */
export function missesOf(
  { direction, threshold }: Criterion,
  rate: number,
): { readonly threshold: number; readonly miss: number } {
  return direction === 'at-most' ? { threshold, miss: rate } : { threshold: 1 - threshold, miss: 1 - rate }
}

/** Fewest cases whose upper bound with `misses` misses is at most the threshold. */
// oxlint-disable-next-line max-params -- four numbers of one bound and where to start from
function leastCases(
  distributions: Distributions,
  misses: number,
  threshold: number,
  alpha: number,
  from: number,
): number {
  const isEnough = (n: number): boolean => upperBound(distributions, { k: misses, n }, alpha) <= threshold
  let [low, high] = [from - 1, Math.max(from, misses + 1)]
  while (!isEnough(high)) {
    low = high
    high *= 2
    if (high > 2 * CASES_MAX) return high
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}

/**
 * Pairs that a two-sided McNemar test needs to see a change (R. J. Connor, Sample size for testing differences in proportions
 * for the paired-sample design, Biometrics 43 (1987), 207–211); approximate.
 */
export function planPaired(
  distributions: Distributions,
  shares: { readonly gained: number; readonly lost: number },
  alpha: number,
  power: number,
): number | undefined {
  const differing = shares.gained + shares.lost
  const difference = Math.abs(shares.gained - shares.lost)
  if (difference === 0 || differing > 1) return undefined
  const zAlpha = distributions.normalQuantile(1 - alpha / 2)
  const zPower = distributions.normalQuantile(power)
  const root = zAlpha * Math.sqrt(differing) + zPower * Math.sqrt(differing - difference ** 2)
  return Math.ceil((root / difference) ** 2)
}
