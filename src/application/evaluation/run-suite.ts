import { seededOrder, seededStream } from '../../base/seeded-stream.ts'
import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import type { CaseResult, TrialResult } from '../../domain/evaluation/run-summary.ts'
import { scoreCase } from '../../domain/evaluation/score-case.ts'
import type { ScoringPorts } from '../../domain/evaluation/scorers/verdict.ts'
import type { Suite, SuiteCase } from '../../domain/evaluation/suite.ts'
import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'
import type { RunClock } from './attempt-trial.ts'
import { runTrials } from './run-trials.ts'
import type { TrialTarget } from './trial-target.ts'

export interface RunSuitePorts {
  readonly target: TrialTarget
  readonly leak: LeakIndex
  readonly sharedTenant: string
  readonly scoring: ScoringPorts
  readonly clock: RunClock
  readonly signal: AbortSignal
  readonly onTrial: () => void
  /** After each case, in the order of the draw: is enough known? */
  readonly isDecided: (results: readonly CaseResult[]) => boolean
}

const CONCURRENCY = 8

/**
 * Runs the cases of a suite in its seeded order until enough is known; a case that throws has no verdict. Results come in the
 * order of the draw. A run that ends otherwise than decided or complete has a result without verdict for each missing case.
 */
export async function runSuite(suite: Suite, ports: RunSuitePorts): Promise<readonly CaseResult[]> {
  const { target, leak, sharedTenant, scoring, clock, signal } = ports
  const results: CaseResult[] = []
  const order = drawOrder(suite.seed, suite.cases.length)
  const { stopped } = await runTrials(
    { trials: suite.trials, order, concurrency: CONCURRENCY, budget: {} },
    {
      cases: { count: suite.cases.length, at: (index) => clusterOf(suite.cases[index] as SuiteCase) },
      target,
      score: (suiteCase, observation) => scoreCase(suiteCase, observation, { leak, sharedTenant, ports: scoring }),
      journal: undefined,
      clock,
      signal,
      onTrial: ports.onTrial,
      onCluster: ({ caseIndex, variants }) => {
        const suiteCase = suite.cases[caseIndex] as SuiteCase
        // Variants are trials of their case: one cluster.
        results.push({ suiteCase, trials: variants.flatMap(({ trials }) => trials.map(resultOf)) })
        return ports.isDecided(results) ? 'stop' : 'continue'
      },
    },
  )
  if (stopped === 'completed' || stopped === 'decided') return results
  const ran = new Set(results.map(({ suiteCase }) => suiteCase))
  const missing = suite.cases.filter((suiteCase) => !ran.has(suiteCase))
  return [
    ...results,
    ...missing.map((suiteCase) => ({ suiteCase, trials: [{ kind: 'errored' as const, why: stopped }] })),
  ]
}

/** A case with its variants: what shares a cluster. */
export function clusterOf(suiteCase: SuiteCase): readonly SuiteCase[] {
  return [suiteCase, ...(suiteCase.variants ?? [])]
}

/** The order in which the cases of a suite are drawn: its seed alone decides. */
export function drawOrder(seed: number, count: number): Uint32Array {
  return seededOrder(seededStream(seed, 'draw'), count)
}

function resultOf({ result }: TrialRecord): TrialResult {
  if (result.kind === 'errored') return { kind: 'errored', why: result.why }
  const [unjudged] = result.score.noVerdicts
  // A scorer without a verdict leaves the case without one.
  if (unjudged !== undefined) return { kind: 'errored', why: `${unjudged.scorer}: ${unjudged.why}` }
  return { kind: 'scored', score: result.score, reply: result.reply }
}
