import { compareRuns, type CaseMisses, type Comparison, type PairedCase } from '../../domain/evaluation/compare-runs.ts'
import type { TrialResult } from '../../domain/evaluation/run-summary.ts'
import type { CaseScore } from '../../domain/evaluation/score-case.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'

/** One case and how its trials came out. */
export interface CaseTrials {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly trials: readonly (
    | Pick<Extract<TrialResult, { readonly kind: 'scored' }>, 'kind' | 'score'>
    | { readonly kind: 'errored' }
  )[]
}

const SEED = 1

/** Pairs the cases of two runs and compares them; undefined where nothing can be paired. */
export function compareTrials(
  baseline: readonly CaseTrials[],
  candidate: readonly CaseTrials[],
  options: { readonly distributions: Distributions; readonly margin: number },
): Comparison | undefined {
  const before = new Map(baseline.map((one) => [one.id, one]))
  const pairs: PairedCase[] = []
  for (const after of candidate) {
    const one = before.get(after.id)
    if (one === undefined) continue
    const scorers = new Set([...scorersOf(one), ...scorersOf(after)])
    const [then, now] = [missesOf(one, scorers), missesOf(after, scorers)]
    if (then === undefined || now === undefined) continue
    pairs.push({ id: after.id, file: after.file, line: after.line, baseline: then, candidate: now })
  }
  if (pairs.length === 0) return undefined
  return compareRuns(pairs, {
    ...options,
    seed: SEED,
    unpaired: { baseline: baseline.length - pairs.length, candidate: candidate.length - pairs.length },
  })
}

function scorersOf({ trials }: CaseTrials): readonly string[] {
  return trials.flatMap((trial) => (trial.kind === 'scored' ? trial.score.misses.map(({ scorer }) => scorer) : []))
}

/** Undefined where some trial has no verdict: the case is then no pair. */
function missesOf({ trials }: CaseTrials, scorers: ReadonlySet<string>): CaseMisses | undefined {
  const scores: CaseScore[] = []
  for (const trial of trials) {
    if (trial.kind === 'errored' || trial.score.noVerdicts.length > 0) return undefined
    scores.push(trial.score)
  }
  if (scores.length === 0) return undefined
  const missed = scores.filter(({ misses }) => misses.length > 0)
  return {
    trials: scores.length,
    misses: missed.length,
    byScorer: new Map(
      [...scorers].map((name) => [
        name,
        scores.filter(({ misses }) => misses.some(({ scorer }) => scorer === name)).length,
      ]),
    ),
    why: missed[0]?.misses.map(({ why }) => why).join('; ') ?? '',
  }
}
