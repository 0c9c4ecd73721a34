import type { CaseScore } from '../../domain/evaluation/score-case.ts'
import type { EvaluationReport } from '../../domain/evaluation/evaluation-report.ts'
import { EvaluationFold } from '../../domain/evaluation/fold-evaluation.ts'
import type { JudgeStanding } from '../../domain/evaluation/fold-criterion.ts'
import type { Observation, SuiteCase, SuiteCriterion } from '../../domain/evaluation/suite.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'
import type { RunClock } from './attempt-trial.ts'
import { drawOrder } from './run-suite.ts'
import { runTrials, type CaseSource, type RunTrialsOptions, type RunTrialsOutcome } from './run-trials.ts'
import type { TrialJournal } from './trial-journal.ts'
import type { TrialTarget } from './trial-target.ts'

export interface Shard {
  /** 1 to `of`. */
  readonly part: number
  readonly of: number
}

export interface EvaluationPlan {
  readonly suite: EvaluationReport['suite']
  readonly criteria: readonly SuiteCriterion[]
  readonly trials: number
  readonly seed: number
  readonly hasVariants: boolean
  readonly concurrency: number
  readonly budget: RunTrialsOptions['budget']
  readonly shard?: Shard | undefined
}

export interface EvaluationPorts {
  readonly cases: CaseSource
  readonly target: TrialTarget
  readonly score: (suiteCase: SuiteCase, observation: Observation) => CaseScore | Promise<CaseScore>
  readonly judges: ReadonlyMap<string, JudgeStanding>
  readonly journal: TrialJournal | undefined
  readonly clock: RunClock
  readonly distributions: Distributions
  readonly signal: AbortSignal
  readonly onTrial: () => void
}

export interface RanEvaluation extends RunTrialsOutcome {
  readonly report: EvaluationReport
}

/** Runs a suite against a target and reports what it came to. */
export async function runEvaluation(plan: EvaluationPlan, ports: EvaluationPorts): Promise<RanEvaluation> {
  const { criteria, trials, seed, shard } = plan
  const fold = new EvaluationFold({
    distributions: ports.distributions,
    criteria,
    isSingle: trials === 1 && !plan.hasVariants,
    judges: ports.judges,
    mayStop: shard === undefined,
  })
  const order = drawnPlaces(seed, ports.cases.count, shard)
  const outcome = await runTrials(
    { trials, order, concurrency: plan.concurrency, budget: plan.budget },
    { ...ports, onCluster: (cluster) => fold.add(cluster) },
  )
  const report = fold.report({
    suite: plan.suite,
    target: { identity: ports.target.identity, isSimulated: ports.target.isSimulated },
    seed,
    trialsPerCase: trials,
    stopped: outcome.stopped,
    available: order.length,
  })
  return { ...outcome, report }
}

/** Places of the cases in the order of the draw; of a shard every n-th, so that each shard is a sample of the whole. */
export function drawnPlaces(seed: number, count: number, shard: Shard | undefined): Uint32Array {
  const order = drawOrder(seed, count)
  return shard === undefined ? order : order.filter((_, place) => place % shard.of === shard.part - 1)
}
