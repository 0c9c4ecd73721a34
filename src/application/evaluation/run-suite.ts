import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import type { CaseResult, TrialResult } from '../../domain/evaluation/run-summary.ts'
import { scoreCase } from '../../domain/evaluation/score-case.ts'
import type { Suite, SuiteCase } from '../../domain/evaluation/suite.ts'
import type { EvaluationTarget } from './target.ts'

export interface RunSuitePorts {
  readonly target: EvaluationTarget
  readonly leak: LeakIndex
  readonly sharedTenant: string
  readonly signal: AbortSignal
  readonly onCase: () => void
}

const CONCURRENCY = 8

/** Runs every case of a suite; a case that throws has no verdict. Results keep the order of the suite. */
export async function runSuite(suite: Suite, ports: RunSuitePorts): Promise<readonly CaseResult[]> {
  const results: (CaseResult | undefined)[] = suite.cases.map(() => undefined)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < suite.cases.length && !ports.signal.aborted) {
      const index = next++
      const suiteCase = suite.cases[index] as SuiteCase
      const trials: TrialResult[] = []
      for (let trial = 0; trial < suite.trials; trial++) trials.push(await runTrial(suiteCase, ports))
      results[index] = { suiteCase, trials }
      ports.onCase()
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return results.map(
    (result, index) =>
      result ?? { suiteCase: suite.cases[index] as SuiteCase, trials: [{ kind: 'errored', why: 'interrupted' }] },
  )
}

async function runTrial(
  suiteCase: SuiteCase,
  { target, leak, sharedTenant, signal }: RunSuitePorts,
): Promise<TrialResult> {
  try {
    const observation = await target.run(suiteCase.turns, suiteCase.subject, signal)
    return {
      kind: 'scored',
      score: scoreCase(suiteCase, observation, { leak, sharedTenant }),
      reply: observation.reply,
    }
  } catch (error) {
    // The target is the user's code: whatever it throws means that this case has no verdict.
    return { kind: 'errored', why: error instanceof Error ? error.message.slice(0, 300) : String(error).slice(0, 300) }
  }
}
