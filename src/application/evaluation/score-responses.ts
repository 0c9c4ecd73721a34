import type { EvaluationReport } from '../../domain/evaluation/evaluation-report.ts'
import { compareRuns, type CaseMisses, type Comparison, type PairedCase } from '../../domain/evaluation/compare-runs.ts'
import { EvaluationFold } from '../../domain/evaluation/fold-evaluation.ts'
import { scoreCase, scorerOf } from '../../domain/evaluation/score-case.ts'
import type { ScoreContext } from '../../domain/evaluation/scorers/verdict.ts'
import type { Observation, SuiteCase, SuiteCriterion } from '../../domain/evaluation/suite.ts'
import type { ClusterResult, TrialRecord } from '../../domain/evaluation/trial-record.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'

/** A case and what was answered to it, once or more often. */
export interface AnsweredCase {
  readonly suiteCase: SuiteCase
  readonly observations: readonly Observation[]
}

export interface ScoreResponsesOptions {
  readonly suite: EvaluationReport['suite']
  readonly criteria: readonly SuiteCriterion[]
  readonly seed: number
  readonly margin: number
  readonly distributions: Distributions
  readonly context: ScoreContext
}

export interface ScoredResponses {
  readonly report: EvaluationReport
  readonly comparison: Comparison | null
  /** The results behind the report, case by case. */
  readonly clusters: readonly ClusterResult[]
}

/** Scores given answers, and compares them with a baseline on the cases that both answered. */
export function scoreResponses(
  answered: readonly AnsweredCase[],
  baseline: readonly AnsweredCase[] | undefined,
  options: ScoreResponsesOptions,
): ScoredResponses {
  const candidate = answered.map((entry, at) => score(entry, at, options.context))
  const trials = Math.max(1, ...answered.map(({ observations }) => observations.length))
  const fold = new EvaluationFold({
    distributions: options.distributions,
    criteria: options.criteria,
    isSingle: trials === 1,
    judges: new Map(),
    mayStop: false,
  })
  for (const cluster of candidate) fold.add(cluster)
  const report = fold.report({
    suite: options.suite,
    target: { identity: { type: 'responses' }, isSimulated: false },
    seed: options.seed,
    trialsPerCase: trials,
    stopped: 'completed',
    available: answered.length,
  })
  if (baseline === undefined) return { report, comparison: null, clusters: candidate }
  const before = new Map(
    baseline.map((entry, at) => [entry.suiteCase.id, missesOf(score(entry, at, options.context))] as const),
  )
  const pairs: PairedCase[] = []
  for (const cluster of candidate) {
    const [{ suiteCase } = { suiteCase: undefined }] = cluster.variants
    if (suiteCase === undefined) continue
    const [now, then] = [missesOf(cluster), before.get(suiteCase.id)]
    if (now === undefined || then === undefined) continue
    pairs.push({ id: suiteCase.id, file: suiteCase.file, line: suiteCase.line, baseline: then, candidate: now })
  }
  const comparison = compareRuns(pairs, {
    ...options,
    unpaired: { baseline: baseline.length - pairs.length, candidate: answered.length - pairs.length },
  })
  return { report, comparison, clusters: candidate }
}

function score({ suiteCase, observations }: AnsweredCase, caseIndex: number, context: ScoreContext): ClusterResult {
  const trials = observations.map((observation, trial): TrialRecord => ({
    at: [caseIndex, 0, trial],
    id: suiteCase.id,
    result: {
      kind: 'scored',
      score: scoreCase(suiteCase, observation, context),
      reply: observation.reply,
      latencyMs: observation.timing?.latencyMs,
      inputTokens: observation.usage?.inputTokens,
      outputTokens: observation.usage?.outputTokens,
      costMicroUsd: observation.costMicroUsd,
      model: observation.model,
    },
  }))
  return { caseIndex, variants: [{ suiteCase, trials }] }
}

/** Undefined where some trial has no verdict: the case is then no pair. */
function missesOf({ variants }: ClusterResult): CaseMisses | undefined {
  const [variant] = variants
  if (variant === undefined || variant.trials.length === 0) return undefined
  const byScorer = new Map(variant.suiteCase.expect.map((expectation) => [scorerOf(expectation), 0]))
  let [misses, why] = [0, '']
  for (const { result } of variant.trials) {
    if (result.kind === 'errored' || result.score.noVerdicts.length > 0) return undefined
    if (result.score.misses.length > 0) misses += 1
    for (const name of new Set(result.score.misses.map(({ scorer }) => scorer)))
      byScorer.set(name, (byScorer.get(name) ?? 0) + 1)
    if (why === '') why = result.score.misses.map((miss) => miss.why).join('; ')
  }
  return { trials: variant.trials.length, misses, byScorer, why }
}
