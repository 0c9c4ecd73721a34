import type { ClusterCount } from '../statistics/cluster-interval.ts'
import type { Distributions } from '../statistics/distributions.ts'
import { inferFlakiness } from '../statistics/flakiness.ts'
import { CriterionFold, type JudgeStanding } from './fold-criterion.ts'
import type { EvaluationReport, ReportedFailure } from './evaluation-report.ts'
import { pairedGroups, type PairedOutcome } from './fairness.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { RateTable, ScorerTable } from './rate-table.ts'
import { isHeld } from './run-summary.ts'
import { JUDGE_PREFIX } from './score-case.ts'
import type { SuiteCase, SuiteCriterion } from './suite.ts'
import type { ClusterResult, TrialRecord } from './trial-record.ts'

export interface FoldOptions {
  readonly distributions: Distributions
  readonly criteria: readonly SuiteCriterion[]
  /** One trial a case, and no variants. */
  readonly isSingle: boolean
  /** Standing of each judge, by id. */
  readonly judges: ReadonlyMap<string, JudgeStanding>
  /** False for a part of a run: a sequential criterion is then decided by the whole. */
  readonly mayStop: boolean
}

const FAILURES_MAX = 100
const ERRORS_MAX = 25
const PAIRS_MAX = 100_000
const MODELS_MAX = 20
const EXCERPT_CHARS = 400

/** Results of cases, taken one after the other into figures of bounded size. */
export class EvaluationFold {
  readonly #options: FoldOptions
  readonly #criteria: readonly CriterionFold[]
  readonly #tables = {
    scorers: new ScorerTable(),
    tags: new RateTable(),
    risks: new RateTable(),
    languages: new RateTable(),
    variants: new RateTable(),
  }
  readonly #latency = new LatencyHistogram()
  readonly #clusters = new Map<string, ClusterCount & { count: number }>()
  readonly #pairs: PairedOutcome[] = []
  readonly #failures: ReportedFailure[] = []
  readonly #errors: EvaluationReport['errors'][number][] = []
  readonly #models = new Set<string>()
  #totals = { cases: 0, held: 0, trials: 0, errored: 0, failures: 0, weight: 0, weighted: 0 }
  #usage = { input: 0, output: 0, costMicroUsd: 0, isPriced: false }

  constructor(options: FoldOptions) {
    this.#options = options
    this.#criteria = options.criteria.map((criterion) => {
      const judge = criterion.metric.startsWith(JUDGE_PREFIX)
        ? (options.judges.get(criterion.metric.slice(JUDGE_PREFIX.length)) ?? { gap: 'the suite has no such judge' })
        : undefined
      return new CriterionFold(options.distributions, criterion, { isSingle: options.isSingle, judge })
    })
  }

  /** `stop` when every criterion is sequential and decided. */
  add(cluster: ClusterResult): 'continue' | 'stop' {
    for (const criterion of this.#criteria) criterion.add(cluster)
    let [held, scored] = [0, 0]
    for (const { suiteCase, trials } of cluster.variants)
      for (const record of trials) {
        const isGood = this.#addTrial(suiteCase, record)
        if (isGood === undefined) continue
        scored += 1
        if (isGood) held += 1
      }
    this.#addCase(cluster, held, scored)
    const { mayStop } = this.#options
    return mayStop && this.#criteria.length > 0 && this.#criteria.every(({ isDecided }) => isDecided)
      ? 'stop'
      : 'continue'
  }

  #addCase({ variants }: ClusterResult, held: number, scored: number): void {
    const weight = variants[0]?.suiteCase.weight ?? 1
    const all = variants.reduce((sum, { trials }) => sum + trials.length, 0)
    this.#totals.cases += 1
    if (held === all) this.#totals.held += 1
    if (scored === 0) return
    this.#totals.weight += weight
    this.#totals.weighted += weight * (held / scored)
    const key = `${scored - held}/${scored}`
    const kept = this.#clusters.get(key)
    if (kept === undefined) this.#clusters.set(key, { events: scored - held, trials: scored, count: 1 })
    else kept.count += 1
  }

  /** Whether everything held; undefined without a verdict. */
  #addTrial(suiteCase: SuiteCase, { result, at }: TrialRecord): boolean | undefined {
    this.#totals.trials += 1
    if (result.kind === 'errored') {
      this.#addError(suiteCase, at[2], result.failure, result.why)
      return undefined
    }
    const { score } = result
    this.#addUse(result)
    const isGood = isHeld(score)
    this.#tables.scorers.add(suiteCase.expect, score)
    this.#addLabels(suiteCase, isGood)
    const [unjudged] = score.noVerdicts
    if (unjudged !== undefined) this.#addError(suiteCase, at[2], unjudged.scorer, unjudged.why)
    if (suiteCase.pair !== undefined && at[2] === 0 && unjudged === undefined && this.#pairs.length < PAIRS_MAX)
      this.#pairs.push({ pair: suiteCase.pair.id, group: suiteCase.pair.group, held: isGood })
    if (score.misses.length > 0) this.#addFailure(suiteCase, at[2], result)
    return unjudged === undefined ? isGood : undefined
  }

  #addUse(result: Extract<TrialRecord['result'], { readonly kind: 'scored' }>): void {
    if (result.latencyMs !== undefined)
      if (result.latencyVoid === undefined) this.#latency.add(result.latencyMs)
      else this.#latency.addVoid()
    this.#usage.input += result.inputTokens ?? 0
    this.#usage.output += result.outputTokens ?? 0
    this.#usage.costMicroUsd += result.costMicroUsd ?? 0
    this.#usage.isPriced ||= result.costMicroUsd !== undefined
    if (result.model !== undefined && this.#models.size < MODELS_MAX) this.#models.add(result.model)
  }

  #addLabels(suiteCase: SuiteCase, isGood: boolean): void {
    for (const tag of suiteCase.tags) this.#tables.tags.add(tag, isGood)
    for (const risk of suiteCase.risks) this.#tables.risks.add(risk, isGood)
    if (suiteCase.language !== undefined) this.#tables.languages.add(suiteCase.language, isGood)
    if (suiteCase.variant !== undefined) this.#tables.variants.add(suiteCase.variant, isGood)
  }

  #addError(suiteCase: SuiteCase, trial: number, kind: string, why: string): void {
    this.#totals.errored += 1
    if (this.#errors.length < ERRORS_MAX) this.#errors.push({ id: suiteCase.id, trial, kind, why })
  }

  #addFailure(
    { id, file, line, risks }: SuiteCase,
    trial: number,
    { score, reply }: Extract<TrialRecord['result'], { readonly kind: 'scored' }>,
  ): void {
    this.#totals.failures += 1
    if (this.#failures.length >= FAILURES_MAX) return
    const scorers = score.misses.map(({ scorer }) => scorer)
    const why = score.misses
      .map((miss) => miss.why)
      .join('; ')
      .slice(0, EXCERPT_CHARS)
    this.#failures.push({ id, file, line, trial, scorers, why, risks, reply: reply.slice(0, EXCERPT_CHARS) })
  }

  report(
    head: Pick<EvaluationReport, 'suite' | 'target' | 'seed' | 'trialsPerCase' | 'stopped'> & {
      readonly available: number
    },
  ): EvaluationReport {
    const { available, ...rest } = head
    const totals = this.#totals
    const { input, output, costMicroUsd, isPriced } = this.#usage
    return {
      schemaVersion: 1,
      ...rest,
      cases: { available, run: totals.cases, held: totals.held },
      trials: { run: totals.trials, errored: totals.errored },
      weightedScore: totals.weight === 0 ? null : totals.weighted / totals.weight,
      criteria: this.#criteria.map((criterion) => criterion.result()),
      scorers: this.#tables.scorers.rows(),
      tags: this.#tables.tags.rows(),
      risks: this.#tables.risks.rows(),
      languages: this.#tables.languages.rows(),
      variants: this.#tables.variants.rows(),
      pairs: pairedGroups(this.#options.distributions, this.#pairs),
      flakiness: inferFlakiness(
        [...this.#clusters.values()].flatMap(({ events, trials, count }) =>
          Array.from({ length: count }, () => ({ events, trials })),
        ),
      ),
      latency: this.#latency.summary(),
      usage: { inputTokens: input, outputTokens: output, costUsd: isPriced ? costMicroUsd / 1_000_000 : null },
      models: [...this.#models].toSorted(),
      failures: this.#failures,
      failuresOmitted: totals.failures - this.#failures.length,
      errors: this.#errors,
      errorsOmitted: totals.errored - this.#errors.length,
    }
  }
}
