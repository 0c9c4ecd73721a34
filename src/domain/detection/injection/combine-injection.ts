import type { Classified } from '../classifier/classify.ts'
import { windowDoublings } from '../classifier/text-windows.ts'
import type { InjectionHit, InjectionScore } from './score-injection.ts'

/**
 * Log-odds of classifier and heuristics together, a line through two points of the development split: about 1 % of its harmless
 * texts reach 0.5 and about 0.2 % reach 0.9, the heuristics' own among them (docs/reference/detection-quality.md).
 */
const TOGETHER_SLOPE = 1.15
const TOGETHER_INTERCEPT = -0.25
const EDGE = 1e-6
/**
 * A long text has more chances of a false alarm than the classifier's own allowance covers: log-odds that each doubling of the
 * windows costs from there on. Chosen on the development split so that beside the heuristics the classifier adds few false alarms
 * on its long harmless documents. SECURITY: bounded, since an attacker can pad a text, and never at the heuristics' cost.
 */
const TOGETHER_PER_DOUBLING = -1
const FURTHER_DOUBLINGS_MAX = 6

/**
 * One score from 0 to 1 out of heuristics and classifier. It grows with both and is never below the heuristics' own: a detector
 * beside them only raises. No probability on anybody's traffic; a detector, not a boundary.
 */
export function combineInjection(heuristic: InjectionScore, classified: Classified): number {
  const bounded = Math.min(1 - EDGE, Math.max(EDGE, classified.score))
  const evidence = Math.log(bounded / (1 - bounded)) + strengthOf(heuristic.hits)
  const allowance = TOGETHER_PER_DOUBLING * furtherDoublings(classified.windows.length)
  const together = 1 / (1 + Math.exp(-(TOGETHER_SLOPE * evidence + TOGETHER_INTERCEPT + allowance)))
  return Math.max(heuristic.score, together)
}

/** Doublings of the windows beyond those that the classifier's score already allows for. */
function furtherDoublings(windows: number): number {
  return windows === 0 ? 0 : Math.min(FURTHER_DOUBLINGS_MAX, Math.log2(windows) - windowDoublings(windows))
}

/**
 * As the heuristics add up, but for letters put in the place of digits: in languages other than English that reading invents words,
 * so it lends the classifier no weight.
 */
function strengthOf(hits: readonly InjectionHit[]): number {
  const strongest = new Map<string, number>()
  for (const { rule, weight } of hits)
    if (rule !== 'leet') strongest.set(rule, Math.max(strongest.get(rule) ?? 0, weight))
  let rest = 1
  for (const weight of strongest.values()) rest *= 1 - weight
  return 1 - rest
}
