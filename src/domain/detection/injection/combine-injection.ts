import { windowDoublings, type Classified } from '../classifier/classify.ts'
import type { InjectionHit, InjectionScore } from './score-injection.ts'

/** Weight of the heuristics beside the classifier's log-odds; chosen on the development split (docs/reference/detection-quality.md). */
const HEURISTIC_WEIGHT = 1
const INTERCEPT = -0.06
/** Log-odds that the heuristics give alone: 0.9 at a strength of 0.9, below 0.5 under 0.72. They know forms, such as forged markup, that the classifier has seen little of. */
const ALONE_SLOPE = 12
const ALONE_INTERCEPT = -8.6
const EDGE = 1e-6
/**
 * A long text has more chances of a false alarm than the classifier's own allowance covers: log-odds that each doubling of the
 * windows costs from there on. Chosen on the development split so that at most a tenth of its long harmless documents reaches 0.5
 * at any length. SECURITY: bounded, since an attacker can pad a text; a clear order in plain words (0.92) still counts.
 */
const TOGETHER_PER_DOUBLING = -0.8
const ALONE_PER_DOUBLING = -0.27
const FURTHER_DOUBLINGS_MAX = 6

/**
 * One score from 0 to 1 out of heuristics and classifier; it grows with both. Scaled so that of harmless development texts about 1 % reach 0.5 and
 * about 0.3 % reach 0.9; no probability on anybody's traffic. A detector, not a boundary.
 */
export function combineInjection(heuristic: InjectionScore, classified: Classified): number {
  const bounded = Math.min(1 - EDGE, Math.max(EDGE, classified.score))
  const strength = strengthOf(heuristic.hits)
  const further = furtherDoublings(classified.windows.length)
  const together =
    Math.log(bounded / (1 - bounded)) + HEURISTIC_WEIGHT * strength + INTERCEPT + TOGETHER_PER_DOUBLING * further
  const alone = ALONE_SLOPE * strength + ALONE_INTERCEPT + ALONE_PER_DOUBLING * further
  return 1 / (1 + Math.exp(-Math.max(together, alone)))
}

/** Doublings of the windows beyond those that the classifier's score already allows for. */
function furtherDoublings(windows: number): number {
  return windows === 0 ? 0 : Math.min(FURTHER_DOUBLINGS_MAX, Math.log2(windows) - windowDoublings(windows))
}

/** As the heuristics add up, but for letters put in the place of digits: in languages other than English that reading invents words. */
function strengthOf(hits: readonly InjectionHit[]): number {
  const strongest = new Map<string, number>()
  for (const { rule, weight } of hits)
    if (rule !== 'leet') strongest.set(rule, Math.max(strongest.get(rule) ?? 0, weight))
  let rest = 1
  for (const weight of strongest.values()) rest *= 1 - weight
  return 1 - rest
}
