import { seededStream } from '../../base/seeded-stream.ts'
import type { Bounds } from './cluster-interval.ts'
import type { Distributions } from './distributions.ts'

const RESAMPLES = 2_000

/**
 * Bias-corrected and accelerated bootstrap of a mean over clusters (B. Efron, Better bootstrap confidence intervals, JASA 82
 * (1987), 171–185): whole cases are drawn, never trials, because trials of one case hang together. Deterministic for a seed.
 * One-sided bounds, each at `alpha`. Undefined below two values or where all are equal: there is nothing to resample.
 */
export function clusteredBootstrap(
  distributions: Distributions,
  values: readonly number[],
  options: { readonly alpha: number; readonly seed: number },
): Bounds | undefined {
  const n = values.length
  if (n < 2 || values.every((value) => value === values[0])) return undefined
  const random = seededStream(options.seed, 'bootstrap')
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const means = new Float64Array(RESAMPLES)
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0
    for (let draw = 0; draw < n; draw++) sum += values[Math.floor(random() * n)] as number
    means[resample] = sum / n
  }
  means.sort()
  const below = means.reduce((count, value) => count + (value < mean ? 1 : value === mean ? 0.5 : 0), 0)
  const bias = distributions.normalQuantile(Math.min(1 - 0.5 / RESAMPLES, Math.max(0.5 / RESAMPLES, below / RESAMPLES)))
  const acceleration = skewOf(values, mean)
  const at = (p: number): number => {
    const z = bias + distributions.normalQuantile(p)
    const level = distributions.normalCdf(bias + z / (1 - acceleration * z))
    return means[Math.min(RESAMPLES - 1, Math.max(0, Math.floor(level * RESAMPLES)))] as number
  }
  return { lower: at(options.alpha), upper: at(1 - options.alpha) }
}

/** The jackknife's acceleration; for a mean it is a sixth of the skewness over √n. */
function skewOf(values: readonly number[], mean: number): number {
  let [squares, cubes] = [0, 0]
  for (const value of values) {
    squares += (value - mean) ** 2
    cubes += (value - mean) ** 3
  }
  return cubes / (6 * squares ** 1.5)
}
