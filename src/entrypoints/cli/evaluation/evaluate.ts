import { monotonicMs, systemClock } from '../../../adapters/clock/system-clock.ts'
import { systemRunClock } from '../../../adapters/clock/system-run-clock.ts'
import type { CompiledSuite } from '../../../adapters/evaluation/compile-suite.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import type { TargetPorts } from '../../../adapters/targets/target-ports.ts'
import { askJudges } from '../../../application/evaluation/ask-judges.ts'
import { runEvaluation, type RanEvaluation, type Shard } from '../../../application/evaluation/run-evaluation.ts'
import type { CaseSource, RunTrialsOptions } from '../../../application/evaluation/run-trials.ts'
import type { TrialJournal } from '../../../application/evaluation/trial-journal.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { criteriaOf } from '../../../contract/suite/parse-suite.ts'
import { scoreCase } from '../../../domain/evaluation/score-case.ts'
import type { ScoreContext } from '../../../domain/evaluation/scorers/verdict.ts'
import { terminalProgress } from '../gate/progress.ts'
import type { Terminal } from '../terminal.ts'
import { openJudges } from './open-judges.ts'
import type { RunTarget } from './open-run-target.ts'

export interface EvaluateOptions extends Pick<RunTarget, 'target' | 'leak'> {
  readonly suite: CompiledSuite
  readonly trials: number
  readonly seed: number
  readonly cases: CaseSource
  readonly journal: TrialJournal | undefined
  readonly ports: TargetPorts
  readonly concurrency: number
  readonly budget: RunTrialsOptions['budget']
  readonly shard?: Shard | undefined
  readonly record?: string | undefined
  readonly cassette?: string | undefined
}

export interface EvaluatedRun extends RanEvaluation {
  readonly seconds: number
}

/** Runs a compiled suite with progress on standard error. */
export async function evaluate(
  terminal: Terminal,
  options: EvaluateOptions,
): Promise<Result<EvaluatedRun, readonly Problem[]>> {
  const { suite, target, ports } = options
  const opened = await openJudges(suite.head.judges ?? [], ports, {
    folder: ports.folder,
    now: systemClock(),
    signal: terminal.interrupted,
    record: options.record,
    cassette: options.cassette,
  })
  if (!opened.ok) return opened
  const { judges, standings } = opened.value
  const context: ScoreContext = { leak: options.leak, sharedTenant: 'shared', ports: scoringPorts() }
  const startedMs = monotonicMs()
  const progress = terminalProgress(terminal)
  const share = options.shard === undefined ? 1 : 1 / options.shard.of
  progress.start(
    Math.ceil(suite.count * options.trials * share),
    target.isSimulated ? 'trials (simulated target)' : 'trials',
  )
  try {
    const ran = await runEvaluation(
      {
        suite: {
          id: suite.head.metadata.id,
          version: suite.head.metadata.version,
          purpose: suite.head.purpose,
          digest: suite.digest,
        },
        criteria: criteriaOf(suite.head),
        trials: options.trials,
        seed: options.seed,
        hasVariants: suite.hasVariants,
        concurrency: options.concurrency,
        budget: options.budget,
        shard: options.shard,
      },
      {
        cases: options.cases,
        target,
        score:
          judges.size === 0
            ? (suiteCase, observation) => scoreCase(suiteCase, observation, context)
            : async (suiteCase, observation) =>
                scoreCase(suiteCase, observation, {
                  ...context,
                  judged: await askJudges(judges, suiteCase, observation),
                }),
        judges: standings,
        journal: options.journal,
        clock: systemRunClock,
        distributions: stdlibDistributions,
        signal: terminal.interrupted,
        onTrial: () => progress.advance(),
      },
    )
    return ok({ ...ran, seconds: (monotonicMs() - startedMs) / 1_000 })
  } finally {
    progress.stop()
    await opened.value.close()
  }
}
