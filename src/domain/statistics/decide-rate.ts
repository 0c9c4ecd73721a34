import { CLUSTERS_MIN, clusterBounds, meanRate, type ClusterCount } from './cluster-interval.ts'
import { sideOf, type Criterion, type RateDecision } from './criterion.ts'
import type { Distributions } from './distributions.ts'
import { lowerBound, upperBound } from './proportion.ts'
import { SequentialRate } from './sequential-rate.ts'

/**
 * Decides a rate criterion from the events of each case. `trials[i]` are the repeated trials of case i (true = event), in the
 * order in which the cases were drawn: a sequential criterion is decided at the first case where the evidence suffices.
 */
export function decideRate(
  distributions: Distributions,
  criterion: Criterion,
  trials: readonly (readonly boolean[])[],
): RateDecision {
  return decideCounts(
    distributions,
    criterion,
    trials.map((events) => ({ events: events.filter(Boolean).length, trials: events.length })),
  )
}

/** The same from counts. Estimand: mean over cases of the per-trial rate. */
export function decideCounts(
  distributions: Distributions,
  criterion: Criterion,
  clusters: readonly ClusterCount[],
): RateDecision {
  const n = clusters.length
  // A case that never ran has no rate: counted as zero events it would help a criterion to pass.
  if (n === 0 || clusters.some((cluster) => cluster.trials === 0)) return undecided(clusters)
  const isSingle = clusters.every((cluster) => cluster.trials === 1)
  if (!isSingle && n < CLUSTERS_MIN) return undecided(clusters)
  if (criterion.design === 'sequential') {
    const sequence = new SequentialRate(distributions, criterion, isSingle)
    for (const cluster of clusters) if (sequence.add(cluster) !== 'inconclusive') break
    return sequence.decision()
  }
  const estimate = meanRate(clusters)
  const k = isSingle ? clusters.filter(({ events }) => events === 1).length : estimate * n
  const bounds = isSingle
    ? {
        lower: lowerBound(distributions, { k, n }, criterion.alpha),
        upper: upperBound(distributions, { k, n }, criterion.alpha),
      }
    : clusterBounds(distributions, clusters, criterion.alpha)
  return {
    outcome: sideOf(criterion, bounds),
    n,
    k,
    estimate: k / n,
    ...bounds,
    method: isSingle ? 'clopper-pearson' : 'korn-graubard',
  }
}

function undecided(clusters: readonly ClusterCount[]): RateDecision {
  const n = clusters.length
  const k = clusters.reduce((sum, { events, trials }) => sum + (trials === 0 ? 0 : events / trials), 0)
  return { outcome: 'inconclusive', n, k, estimate: n === 0 ? 0 : k / n, lower: 0, upper: 1, method: 'none' }
}
