import type { ClusterCount } from './cluster-interval.ts'
import { wilsonInterval } from './proportion.ts'

export interface Flakiness {
  /** Cases with two trials or more: the only ones that can show it. */
  readonly repeated: number
  /** Cases that came out both ways. */
  readonly mixed: number
  /** Share of mixed ones, with a 95 % interval. */
  readonly share: number
  readonly low: number
  readonly high: number
  /**
   * Intraclass correlation of trials of one case: 1 where a case always comes out the same, 0 where trials of one case are as
   * different as those of two. Undefined where it cannot be told.
   */
  readonly correlation: number | undefined
}

/**
 * How much of the variation lies within cases. The correlation is the analysis-of-variance estimator for unequal sizes (A.
 * Donner, A review of inference procedures for the intraclass correlation coefficient, International Statistical Review 54
 * (1986), 67–82), cut to [0, 1].
 */
export function inferFlakiness(clusters: readonly ClusterCount[]): Flakiness {
  const repeated = clusters.filter(({ trials }) => trials > 1)
  const mixed = repeated.filter(({ events, trials }) => events > 0 && events < trials).length
  const { low, high } = wilsonInterval({ k: mixed, n: repeated.length })
  return {
    repeated: repeated.length,
    mixed,
    share: repeated.length === 0 ? 0 : mixed / repeated.length,
    low,
    high,
    correlation: correlationOf(repeated),
  }
}

function correlationOf(clusters: readonly ClusterCount[]): number | undefined {
  const n = clusters.length
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0)
  const events = clusters.reduce((sum, cluster) => sum + cluster.events, 0)
  if (n < 2 || events === 0 || events === trials) return undefined
  const mean = events / trials
  let [between, within, squares] = [0, 0, 0]
  for (const cluster of clusters) {
    const rate = cluster.events / cluster.trials
    between += cluster.trials * (rate - mean) ** 2
    within += cluster.trials * rate * (1 - rate)
    squares += cluster.trials ** 2
  }
  const size = (trials - squares / trials) / (n - 1)
  const [meanBetween, meanWithin] = [between / (n - 1), within / (trials - n)]
  const total = meanBetween + (size - 1) * meanWithin
  return total <= 0 ? undefined : Math.min(1, Math.max(0, (meanBetween - meanWithin) / total))
}
