import { clusteredBootstrap } from '../statistics/bootstrap.ts'
import { CLUSTERS_MIN } from '../statistics/cluster-interval.ts'
import type { Distributions } from '../statistics/distributions.ts'
import { holm } from '../statistics/holm.ts'
import { mcNemar, meanDifference, nonInferiority, pairedDifference, type NonInferiority } from '../statistics/paired.ts'

/** How one case came out under both: share of trials that missed, overall and by scorer; absent without a verdict. */
export interface PairedCase {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly baseline: CaseMisses
  readonly candidate: CaseMisses
}

export interface CaseMisses {
  readonly trials: number
  readonly misses: number
  readonly byScorer: ReadonlyMap<string, number>
  readonly why: string
}

export interface PairedComparison {
  /** `all`, or one scorer. */
  readonly name: string
  readonly n: number
  readonly baselineRate: number
  readonly candidateRate: number
  /** Miss rate of the candidate minus that of the baseline, two-sided 95 %. */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** The same by resampling cases; null where nothing varies. */
  readonly bootstrap: { readonly low: number; readonly high: number } | null
  readonly gained: number
  readonly lost: number
  readonly pValue: number
  /** Holm's, over all scorers. */
  readonly adjusted: number
  readonly method: 'mcnemar-exact' | 'paired-t'
}

export interface Comparison {
  readonly comparisons: readonly PairedComparison[]
  readonly nonInferiority: NonInferiority & { readonly margin: number; readonly alpha: number }
  /** Cases that held before and miss now, and the other way round. */
  readonly regressions: readonly {
    readonly id: string
    readonly file: string
    readonly line: number
    readonly why: string
  }[]
  readonly improvements: readonly { readonly id: string }[]
  readonly unpaired: { readonly baseline: number; readonly candidate: number }
}

const REGRESSIONS_MAX = 200
const ALPHA = 0.05

export interface CompareOptions {
  readonly distributions: Distributions
  /** By how much the miss rate may rise. */
  readonly margin: number
  readonly seed: number
  readonly unpaired: Comparison['unpaired']
}

/** A candidate against a baseline on the same cases: overall and by scorer, with Holm's correction over the scorers. */
export function compareRuns(cases: readonly PairedCase[], options: CompareOptions): Comparison {
  const scorers = [...new Set(cases.flatMap(({ candidate }) => [...candidate.byScorer.keys()]))].toSorted()
  const all = compareOne('all', cases, (side) => side.misses, options)
  const byScorer = scorers.map((name) =>
    compareOne(
      name,
      cases.filter(({ candidate, baseline }) => candidate.byScorer.has(name) && baseline.byScorer.has(name)),
      (side) => side.byScorer.get(name) ?? 0,
      options,
    ),
  )
  const adjusted = holm(byScorer.map(({ pValue }) => pValue))
  const regressions = cases.filter(({ baseline, candidate }) => baseline.misses === 0 && candidate.misses > 0)
  return {
    comparisons: [all, ...byScorer.map((entry, at) => ({ ...entry, adjusted: adjusted[at] ?? 1 }))],
    nonInferiority: { ...nonInferior(cases, options), margin: options.margin, alpha: ALPHA },
    regressions: regressions
      .slice(0, REGRESSIONS_MAX)
      .map(({ id, file, line, candidate }) => ({ id, file, line, why: candidate.why })),
    improvements: cases
      .filter(({ baseline, candidate }) => baseline.misses > 0 && candidate.misses === 0)
      .slice(0, REGRESSIONS_MAX)
      .map(({ id }) => ({ id })),
    unpaired: options.unpaired,
  }
}

// oxlint-disable-next-line max-params -- what is compared, on which cases, how it is counted, and with what
function compareOne(
  name: string,
  cases: readonly PairedCase[],
  missesOf: (side: CaseMisses) => number,
  { distributions, seed }: CompareOptions,
): PairedComparison {
  const n = cases.length
  const rate = (side: CaseMisses): number => missesOf(side) / side.trials
  const differences = cases.map(({ baseline, candidate }) => rate(candidate) - rate(baseline))
  const mean = (pick: (entry: PairedCase) => CaseMisses): number =>
    n === 0 ? 0 : cases.reduce((sum, entry) => sum + rate(pick(entry)), 0) / n
  const gained = differences.filter((difference) => difference > 0).length
  const lost = differences.filter((difference) => difference < 0).length
  const bootstrap = clusteredBootstrap(distributions, differences, { alpha: ALPHA / 2, seed })
  const base = {
    name,
    n,
    baselineRate: mean(({ baseline }) => baseline),
    candidateRate: mean(({ candidate }) => candidate),
    bootstrap: bootstrap === undefined ? null : { low: bootstrap.lower, high: bootstrap.upper },
    gained,
    lost,
  }
  const isSingle = cases.every(({ baseline, candidate }) => baseline.trials === 1 && candidate.trials === 1)
  if (isSingle) {
    const counts = { n, gained, lost }
    const { estimate, lower, upper } = pairedDifference(distributions, counts, ALPHA / 2)
    const pValue = mcNemar(distributions, counts).twoSided
    return { ...base, difference: estimate, low: lower, high: upper, pValue, adjusted: pValue, method: 'mcnemar-exact' }
  }
  const student = meanDifference(distributions, differences, ALPHA / 2)
  const { estimate, lower, upper, twoSided } = student ?? {
    estimate: differences[0] ?? 0,
    lower: -1,
    upper: 1,
    twoSided: 1,
  }
  return {
    ...base,
    difference: estimate,
    low: lower,
    high: upper,
    pValue: twoSided,
    adjusted: twoSided,
    method: 'paired-t',
  }
}

function nonInferior(cases: readonly PairedCase[], { distributions, margin }: CompareOptions): NonInferiority {
  const isSingle = cases.every(({ baseline, candidate }) => baseline.trials === 1 && candidate.trials === 1)
  const differences = cases.map(
    ({ baseline, candidate }) => candidate.misses / candidate.trials - baseline.misses / baseline.trials,
  )
  if (isSingle) {
    const gained = differences.filter((difference) => difference > 0).length
    const lost = differences.filter((difference) => difference < 0).length
    return nonInferiority(pairedDifference(distributions, { n: cases.length, gained, lost }, ALPHA), margin, 'gained')
  }
  const student = cases.length < CLUSTERS_MIN ? undefined : meanDifference(distributions, differences, ALPHA)
  return student === undefined
    ? { outcome: 'inconclusive', estimate: 0, lower: -1, upper: 1 }
    : nonInferiority(student, margin, 'gained')
}
