import type { ClusterCount } from '../statistics/cluster-interval.ts'
import type { Distributions } from '../statistics/distributions.ts'
import { meanDifference } from '../statistics/paired.ts'
import { lowerBound, upperBound } from '../statistics/proportion.ts'
import type { Figure } from './rank-configurations.ts'
import { isEvent, isHeld, METRICS, type Metric } from './run-summary.ts'
import type { TrialRecord } from './trial-record.ts'

const TAIL = 0.025
const MICRO = 1_000_000

interface CaseSums {
  trials: number
  held: number
  errored: number
  cost: number
  priced: number
  latency: number
  timed: number
  readonly events: Record<Metric, number>
}

/** What the recorded trials of one run, or of several that are taken together, say of a configuration. A case is one unit. */
export class RunFigures {
  readonly #cases = new Map<string, CaseSums>()

  /** `run` keeps cases of different runs apart. */
  add(run: string, { at, result }: TrialRecord): void {
    const key = `${run}/${at[0]}`
    const sums = this.#cases.get(key) ?? newSums()
    this.#cases.set(key, sums)
    sums.trials += 1
    if (result.kind === 'errored' || result.score.noVerdicts.length > 0) {
      sums.errored += 1
      if (result.kind === 'errored') return
    } else {
      if (isHeld(result.score)) sums.held += 1
      for (const metric of METRICS) if (isEvent(metric, result.score)) sums.events[metric] += 1
    }
    if (result.costMicroUsd !== undefined) {
      sums.cost += result.costMicroUsd / MICRO
      sums.priced += 1
    }
    if (result.latencyMs !== undefined && result.latencyVoid === undefined) {
      sums.latency += result.latencyMs
      sums.timed += 1
    }
  }

  /** Takes up the cases of other runs. */
  merge(other: RunFigures): void {
    for (const [key, sums] of other.#cases) this.#cases.set(key, sums)
  }

  /** Trials without a verdict. */
  get errored(): number {
    return this.#all().reduce((sum, { errored }) => sum + errored, 0)
  }

  /** Share of cases in which every trial held, with the exact interval; a case without verdict is in neither count. */
  held(distributions: Distributions): Figure | null {
    const decided = this.#all().filter(({ errored }) => errored === 0)
    const counted = { k: decided.filter(({ held, trials }) => held === trials).length, n: decided.length }
    if (counted.n === 0) return null
    return {
      estimate: counted.k / counted.n,
      low: lowerBound(distributions, counted, TAIL),
      high: upperBound(distributions, counted, TAIL),
      n: counted.n,
    }
  }

  /** Dollars of a trial, mean over cases; null unless every answered case has a price. */
  cost(distributions: Distributions): Figure | null {
    const answered = this.#all().filter(({ trials, errored }) => errored < trials)
    if (answered.some(({ priced }) => priced === 0)) return null
    return meanFigure(
      distributions,
      answered.map(({ cost, priced }) => cost / priced),
    )
  }

  /** Milliseconds of a trial, mean over the cases that have a sound latency. */
  latency(distributions: Distributions): Figure | null {
    const timed = this.#all().filter((sums) => sums.timed > 0)
    return meanFigure(
      distributions,
      timed.map((sums) => sums.latency / sums.timed),
    )
  }

  /** Events of each case under a metric of the gate; undefined where a trial has no verdict. */
  clusters(metric: Metric): readonly ClusterCount[] | undefined {
    if (this.errored > 0) return undefined
    return this.#all().map(({ events, trials }) => ({ events: events[metric], trials }))
  }

  #all(): readonly CaseSums[] {
    return [...this.#cases.values()]
  }
}

function newSums(): CaseSums {
  const events = { 'attack-success': 0, 'over-block': 0, 'task-success': 0, 'all-hold': 0 }
  return { trials: 0, held: 0, errored: 0, cost: 0, priced: 0, latency: 0, timed: 0, events }
}

function meanFigure(distributions: Distributions, values: readonly number[]): Figure | null {
  const [first] = values
  if (first === undefined) return null
  const mean = meanDifference(distributions, values, TAIL)
  if (mean === undefined) return { estimate: first, low: null, high: null, n: 1 }
  return { estimate: mean.estimate, low: Math.max(0, mean.lower), high: mean.upper, n: values.length }
}
