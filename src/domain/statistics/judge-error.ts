import type { Bounds } from './cluster-interval.ts'
import type { Distributions } from './distributions.ts'
import { lowerBound, upperBound, type Counted } from './proportion.ts'

/** How often a judge agrees with people, counted on labelled answers. */
export interface JudgeCounts {
  /** Answers that people call an event, and how many of them the judge calls one. */
  readonly sensitivity: Counted
  /** Answers that people call none, and how many of them the judge calls none. */
  readonly specificity: Counted
}

export interface CorrectedRate extends Bounds {
  readonly estimate: number
}

/**
 * The rate that lies behind what a fallible judge reports: (reported + Sp − 1) / (Se + Sp − 1), cut to [0, 1] (W. J. Rogan
 * and B. Gladen, Estimating prevalence from the results of a screening test, American Journal of Epidemiology 107 (1978),
 * 71–76). The uncertainty of all three is carried by the bounds at α/3 each: by Bonferroni the whole holds at α, and since
 * the corrected rate rises in the reported one, falls in Se and rises in Sp, its bounds lie at corners. Undefined where the
 * judge cannot be told from a coin: then it says nothing about the rate.
 */
export function correctedRate(
  distributions: Distributions,
  reported: Counted,
  judge: JudgeCounts,
  alpha: number,
): CorrectedRate | undefined {
  const part = alpha / 3
  const sensitivity = rangeOf(distributions, judge.sensitivity, part)
  const specificity = rangeOf(distributions, judge.specificity, part)
  const rate = rangeOf(distributions, reported, part)
  if (reported.n === 0 || sensitivity.lower + specificity.lower <= 1) return undefined
  return {
    estimate: corrected(rate.estimate, sensitivity.estimate, specificity.estimate),
    lower: corrected(rate.lower, sensitivity.upper, specificity.lower),
    upper: corrected(rate.upper, sensitivity.lower, specificity.upper),
  }
}

function corrected(reported: number, sensitivity: number, specificity: number): number {
  return Math.min(1, Math.max(0, (reported + specificity - 1) / (sensitivity + specificity - 1)))
}

function rangeOf(distributions: Distributions, counted: Counted, alpha: number): CorrectedRate {
  return {
    estimate: counted.n === 0 ? 0 : counted.k / counted.n,
    lower: lowerBound(distributions, counted, alpha),
    upper: upperBound(distributions, counted, alpha),
  }
}
