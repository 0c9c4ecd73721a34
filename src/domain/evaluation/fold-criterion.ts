import type { ClusterCount } from '../statistics/cluster-interval.ts'
import { sideOf } from '../statistics/criterion.ts'
import { decideCounts } from '../statistics/decide-rate.ts'
import type { Distributions } from '../statistics/distributions.ts'
import { correctedRate, type JudgeCounts } from '../statistics/judge-error.ts'
import { SequentialRate } from '../statistics/sequential-rate.ts'
import type { CriterionResult } from './evaluation-report.ts'
import { isAsked, isEvent, missingVerdict } from './run-summary.ts'
import type { SuiteCriterion } from './suite.ts'
import type { ClusterResult } from './trial-record.ts'

/** What a judge's criterion needs: how often the judge errs, or why it may not decide. */
export type JudgeStanding = { readonly counts: JudgeCounts } | { readonly gap: string }

/** One criterion while results come in; its size does not grow with the cases. */
export class CriterionFold {
  readonly #distributions: Distributions
  readonly #criterion: SuiteCriterion
  readonly #judge: JudgeStanding | undefined
  readonly #sequence: SequentialRate | undefined
  /** How many cases had so many events in so many trials. */
  readonly #tally = new Map<number, number>()
  #withoutVerdict = 0
  #why: string | null = null

  constructor(
    distributions: Distributions,
    criterion: SuiteCriterion,
    options: { readonly isSingle: boolean; readonly judge: JudgeStanding | undefined },
  ) {
    this.#distributions = distributions
    this.#criterion = criterion
    this.#judge = options.judge
    this.#sequence =
      criterion.design === 'sequential' && options.judge === undefined
        ? new SequentialRate(distributions, criterion, options.isSingle)
        : undefined
  }

  /** Sequential, and it needs no further case. */
  get isDecided(): boolean {
    return this.#sequence !== undefined && this.#sequence.outcome !== 'inconclusive'
  }

  add(cluster: ClusterResult): void {
    const { metric, tag } = this.#criterion
    let [events, trials] = [0, 0]
    for (const { suiteCase, trials: records } of cluster.variants) {
      if (!isAsked(metric, suiteCase) || (tag !== undefined && !suiteCase.tags.includes(tag))) continue
      for (const { result } of records) {
        const missing = result.kind === 'errored' ? result.why : missingVerdict(metric, result.score)
        if (result.kind === 'errored' || missing !== undefined) {
          this.#withoutVerdict += 1
          this.#why ??= `${suiteCase.id}: ${missing ?? 'no verdict'}`
          return
        }
        trials += 1
        if (isEvent(metric, result.score)) events += 1
      }
    }
    if (trials === 0) return
    if (this.#sequence?.outcome === 'inconclusive') this.#sequence.add({ events, trials })
    else if (this.#sequence !== undefined) return
    const key = events * TRIALS_RADIX + trials
    this.#tally.set(key, (this.#tally.get(key) ?? 0) + 1)
  }

  result(): CriterionResult {
    const base = { ...this.#criterion, withoutVerdict: this.#withoutVerdict, corrected: null }
    const clusters = this.#clusters()
    const decision =
      this.#sequence?.decision() ?? decideCounts(this.#distributions, { ...this.#criterion, design: 'fixed' }, clusters)
    if (this.#withoutVerdict > 0)
      return { ...base, ...decision, outcome: 'errored', note: `a case has no verdict (${this.#why ?? 'unknown'})` }
    if (decision.n === 0) return { ...base, ...decision, outcome: 'errored', note: 'no case asks for it' }
    if (this.#judge !== undefined) return this.#judged(this.#judge, { ...base, ...decision, note: null })
    return { ...base, ...decision, note: decision.outcome === 'inconclusive' ? 'more cases are needed' : null }
  }

  /** A judge's rate is decided by what lies behind it, never by itself. */
  #judged(judge: JudgeStanding, result: CriterionResult): CriterionResult {
    if ('gap' in judge) return { ...result, outcome: 'inconclusive', note: judge.gap }
    const isSingle = this.#clusters().every(({ trials }) => trials === 1)
    if (!isSingle) return { ...result, outcome: 'inconclusive', note: 'a judge decides on single trials only' }
    const corrected = correctedRate(
      this.#distributions,
      { k: Math.round(result.k), n: result.n },
      judge.counts,
      this.#criterion.alpha,
    )
    if (corrected === undefined)
      return { ...result, outcome: 'inconclusive', note: 'the judge may be no better than a coin' }
    return { ...result, outcome: sideOf(this.#criterion, corrected), corrected }
  }

  #clusters(): readonly ClusterCount[] {
    return [...this.#tally].flatMap(([key, count]) =>
      Array.from({ length: count }, () => ({ events: Math.floor(key / TRIALS_RADIX), trials: key % TRIALS_RADIX })),
    )
  }
}

/** More than a case with all its variants and trials can have. */
const TRIALS_RADIX = 1_000_003
