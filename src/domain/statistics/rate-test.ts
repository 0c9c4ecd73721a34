import type { Distributions } from './distributions.ts'
import type { Counted } from './proportion.ts'

/**
 * Evidence against "the rate is θ or above" (`below`) and against "the rate is θ or below" (`above`), as e-values: at any
 * moment, however often one looks and whenever one stops, each exceeds 1/α with probability at most α if its hypothesis holds
 * (J. Ville 1939; G. Shafer and V. Vovk, Game-Theoretic Foundations for Probability and Finance, Wiley 2019).
 */
export interface RateEvidence {
  /** ln of the e-value against "the rate is at least θ". */
  readonly below: number
  /** ln of the e-value against "the rate is at most θ". */
  readonly above: number
}

/** Weight of the alternative "never" (or "always"): most controls are meant to hold without exception. */
const POINT_WEIGHT = 0.5
/** Jeffreys' shape for the rest of the mixture. */
const SHAPE = 0.5

/**
 * A mixture of likelihood ratios over the alternatives on one side of θ: half on the end of the scale, half spread by a
 * Beta(½, ½) cut at θ (H. Robbins, Statistical methods related to the law of the iterated logarithm, Ann. Math. Stat. 41
 * (1970), 1397–1409; one-sided by cutting). For p₁ < θ each ratio is a supermartingale under every rate p ≥ θ, since the
 * expectation of its factor, p·p₁/θ + (1−p)(1−p₁)/(1−θ), falls in p and is 1 at θ; so is the mixture.
 */
export function rateEvidence(distributions: Distributions, { k, n }: Counted, threshold: number): RateEvidence {
  return {
    below: belowEvidence(distributions, { k, n }, threshold),
    above: belowEvidence(distributions, { k: n - k, n }, 1 - threshold),
  }
}

function belowEvidence(distributions: Distributions, { k, n }: Counted, threshold: number): number {
  // Nothing lies below 0, and at or above 1 there is nothing to show.
  if (threshold <= 0) return Number.NEGATIVE_INFINITY
  if (threshold >= 1) return n === 0 ? 0 : Number.POSITIVE_INFINITY
  const logNull = (k === 0 ? 0 : k * Math.log(threshold)) + (n - k) * Math.log1p(-threshold)
  const point = k === 0 ? Math.log(POINT_WEIGHT) - logNull : Number.NEGATIVE_INFINITY
  const cutPrior = distributions.betaCdf(threshold, SHAPE, SHAPE)
  const cutPosterior = distributions.betaCdf(threshold, SHAPE + k, SHAPE + n - k)
  const spread =
    Math.log(1 - POINT_WEIGHT) +
    distributions.logBeta(SHAPE + k, SHAPE + n - k) -
    distributions.logBeta(SHAPE, SHAPE) +
    Math.log(cutPosterior) -
    Math.log(cutPrior) -
    logNull
  return logSum(point, spread)
}

/** One-sided confidence bounds that hold at all times together: the thresholds that the evidence does not rule out. */
export function rateSequenceBounds(
  distributions: Distributions,
  counted: Counted,
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  if (counted.n === 0) return { lower: 0, upper: 1 }
  const limit = -Math.log(alpha)
  return {
    // The evidence grows with the distance of θ from the estimate, so one boundary parts what is ruled out from the rest.
    upper: boundary((theta) => belowEvidence(distributions, counted, theta) >= limit, counted.k / counted.n, 1),
    lower:
      1 -
      boundary(
        (theta) => belowEvidence(distributions, { k: counted.n - counted.k, n: counted.n }, theta) >= limit,
        1 - counted.k / counted.n,
        1,
      ),
  }
}

const BISECTIONS = 50

/** The least value from `low` on that is ruled out; `high` when none is. */
function boundary(isRuledOut: (theta: number) => boolean, low: number, high: number): number {
  if (low >= high) return high
  let [inside, outside] = [low, high]
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (inside + outside) / 2
    if (isRuledOut(middle)) outside = middle
    else inside = middle
  }
  return outside
}

function logSum(left: number, right: number): number {
  const most = Math.max(left, right)
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log(Math.exp(left - most) + Math.exp(right - most))
}
