import type { Classified } from './classifier/classify.ts'
import type { InjectionScore } from './score-injection.ts'

/** Weight of the heuristics beside the classifier's log-odds; chosen on the development split (docs/reference/detection-quality.md). */
const HEURISTIC_WEIGHT = 3
/** Added where an instruction was found only after decoding: nobody hides a harmless one. */
const DECODED_WEIGHT = 2
const INTERCEPT = -0.3
const EDGE = 1e-6

const HIDDEN_RULES = ['decoded-', 'rot13', 'reversed', 'spaced-letters', 'leet', 'hidden-tags']

/**
 * One score from 0 to 1 out of heuristics and classifier; it grows with both. Scaled so that of harmless development texts at most 1 % reach 0.5
 * and at most 0.3 % reach 0.9; no probability on anybody's traffic. A detector, not a boundary.
 */
export function combineInjection(heuristic: InjectionScore, classified: Classified): number {
  const bounded = Math.min(1 - EDGE, Math.max(EDGE, classified.score))
  const isHidden = heuristic.hits.some(({ rule }) => HIDDEN_RULES.some((hidden) => rule.startsWith(hidden)))
  const margin =
    Math.log(bounded / (1 - bounded)) + HEURISTIC_WEIGHT * heuristic.score + (isHidden ? DECODED_WEIGHT : 0) + INTERCEPT
  return 1 / (1 + Math.exp(-margin))
}
