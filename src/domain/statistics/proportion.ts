import type { Distributions } from './distributions.ts'

/** `k` events in `n` independent cases. */
export interface Counted {
  readonly k: number
  readonly n: number
}

/** One-sided Clopper–Pearson upper bound (Clopper & Pearson 1934): the rate is above it with probability at most `alpha`. */
export function upperBound(distributions: Distributions, { k, n }: Counted, alpha: number): number {
  if (n === 0 || k >= n) return 1
  // With no events the Beta quantile has a closed form, which is exact at any n.
  return k === 0 ? 1 - alpha ** (1 / n) : distributions.betaQuantile(1 - alpha, k + 1, n - k)
}

/** One-sided Clopper–Pearson lower bound. */
export function lowerBound(distributions: Distributions, { k, n }: Counted, alpha: number): number {
  if (n === 0 || k === 0) return 0
  return k === n ? alpha ** (1 / n) : distributions.betaQuantile(alpha, k, n - k + 1)
}

const Z_95 = 1.959_963_984_540_054

/** Wilson's score interval at 95 % (Wilson 1927), for figures that are shown and decide nothing. */
export function wilsonInterval({ k, n }: Counted): { readonly low: number; readonly high: number } {
  if (n === 0) return { low: 0, high: 1 }
  const rate = k / n
  const z2 = Z_95 ** 2
  const centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((rate * (1 - rate)) / n + z2 / (4 * n * n))
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
