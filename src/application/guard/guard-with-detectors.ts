import { refusal, type GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import { heavier } from '../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import type { GuardSideName } from '../../domain/manifest/manifest.ts'
import type { DetectorRunner } from './run-detectors.ts'

export interface GuardedText {
  /** As it came: offsets of findings are into this. */
  readonly raw: string
  readonly judgement: GuardJudgement
}

/**
 * The one point where detectors join the guard: asks them about the texts that would go on and returns the raised
 * judgements, in order. A text that is blocked already is sent nowhere, and what the guard took out does not leave either.
 */
export async function guardWithDetectors(
  guarded: readonly GuardedText[],
  runDetectors: DetectorRunner,
  { side, signal }: { readonly side: GuardSideName; readonly signal: AbortSignal },
): Promise<readonly GuardJudgement[]> {
  const open = guarded.filter(({ judgement }) => judgement.text !== '' && !isBlocked(judgement))
  const texts = open.map(({ judgement }) => judgement.text)
  const reports = await (async () => runDetectors(texts, side, signal))().catch(() => undefined)
  const isWhole = Array.isArray(reports) && reports.length === open.length && reports.every(Array.isArray)
  // A runner of one's own that breaks names no detector whose setting would say what follows: nothing goes on.
  if (!isWhole) return guarded.map((each) => (open.includes(each) ? refusal(each.raw, 'guard/failed') : each.judgement))
  const reportsOf = new Map(open.map((each, index) => [each, reports[index] ?? []]))
  return guarded.map((each) => raiseJudgement(each.judgement, each.raw, reportsOf.get(each) ?? []))
}

function isBlocked({ action }: GuardJudgement): boolean {
  return heavier(action, 'block') === action
}
