import type { CaseMisses, PairedCase } from './compare-runs.ts'
import { isHeld, type CaseResult } from './run-summary.ts'
import { JUDGE_PREFIX, scorerOf } from './score-case.ts'

/** How one case came out on one side. */
export interface CaseSide {
  readonly id: string
  readonly file: string
  readonly line: number
  /** Undefined where a trial has no verdict. */
  readonly misses: CaseMisses | undefined
}

export interface PairedResults {
  readonly pairs: readonly PairedCase[]
  /** Cases of each side without a pair or without a verdict. */
  readonly unpaired: { readonly baseline: number; readonly candidate: number }
}

/** The same cases under a baseline and a candidate, by id. A case that has no verdict on one side is no pair. */
export function pairSides(baseline: readonly CaseSide[], candidate: readonly CaseSide[]): PairedResults {
  const before = new Map(baseline.map(({ id, misses }) => [id, misses] as const))
  const pairs: PairedCase[] = []
  for (const { id, file, line, misses: now } of candidate) {
    const then = before.get(id)
    if (then !== undefined && now !== undefined) pairs.push({ id, file, line, baseline: then, candidate: now })
  }
  return {
    pairs,
    unpaired: { baseline: baseline.length - pairs.length, candidate: candidate.length - pairs.length },
  }
}

/** How often something missed, judges aside. */
export function sideOf(result: CaseResult): CaseSide {
  const { id, file, line } = result.suiteCase
  return { id, file, line, misses: missesOf(result) }
}

function missesOf({ suiteCase, trials }: CaseResult): CaseMisses | undefined {
  if (trials.length === 0) return undefined
  const asked = suiteCase.expect.map(scorerOf).filter((scorer) => !scorer.startsWith(JUDGE_PREFIX))
  const byScorer = new Map(asked.map((scorer) => [scorer, 0]))
  let [misses, why] = [0, '']
  for (const trial of trials) {
    if (trial.kind === 'errored') return undefined
    if (!isHeld(trial.score)) misses += 1
    const missed = trial.score.misses.filter(({ scorer }) => byScorer.has(scorer))
    for (const scorer of new Set(missed.map((miss) => miss.scorer)))
      byScorer.set(scorer, (byScorer.get(scorer) ?? 0) + 1)
    if (why === '') why = missed.map((miss) => miss.why).join('; ')
  }
  return { trials: trials.length, misses, byScorer, why }
}
