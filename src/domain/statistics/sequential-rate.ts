import { BettingTest } from './betting.ts'
import { CLUSTERS_MIN, type ClusterCount } from './cluster-interval.ts'
import type { Criterion, RateDecision } from './criterion.ts'
import type { Distributions } from './distributions.ts'
import { rateEvidence, rateSequenceBounds } from './rate-test.ts'

/**
 * No decision before so many cases. Deciding later than allowed costs no validity, and nobody should see a release refused for
 * its first case.
 */
export const SEQUENTIAL_CASES_MIN = 20

/**
 * A sequential criterion while its cases come in. Once decided it stays decided: the probability that it ever passes while the
 * true rate is on the wrong side of the threshold, or at it, is at most α, whenever the sampling stops.
 */
export class SequentialRate {
  readonly #distributions: Distributions
  readonly #criterion: Criterion
  /** One trial per case: the exact mixture; else bets on the rate of each case. */
  readonly #isSingle: boolean
  readonly #betting: BettingTest
  #n = 0
  #k = 0
  #outcome: RateDecision['outcome'] = 'inconclusive'

  constructor(distributions: Distributions, criterion: Criterion, isSingle: boolean) {
    this.#distributions = distributions
    this.#criterion = criterion
    this.#isSingle = isSingle
    this.#betting = new BettingTest(criterion.alpha, criterion.threshold)
  }

  get outcome(): RateDecision['outcome'] {
    return this.#outcome
  }

  /** Takes one more case, unless the criterion is decided. */
  add({ events, trials }: ClusterCount): RateDecision['outcome'] {
    if (this.#outcome !== 'inconclusive') return this.#outcome
    const rate = events / trials
    this.#n += 1
    this.#k += rate
    if (!this.#isSingle) this.#betting.add(rate)
    const { direction, threshold, alpha } = this.#criterion
    const limit = -Math.log(alpha)
    const { below, above } = this.#isSingle
      ? rateEvidence(this.#distributions, { k: this.#k, n: this.#n }, threshold)
      : this.#betting
    if (this.#n < (this.#isSingle ? SEQUENTIAL_CASES_MIN : CLUSTERS_MIN)) return this.#outcome
    if (below >= limit) this.#outcome = direction === 'at-most' ? 'passed' : 'failed'
    else if (above >= limit) this.#outcome = direction === 'at-most' ? 'failed' : 'passed'
    return this.#outcome
  }

  decision(): RateDecision {
    const [n, k] = [this.#n, this.#k]
    if (n === 0) return { outcome: 'inconclusive', n, k, estimate: 0, lower: 0, upper: 1, method: 'none' }
    const bounds = this.#isSingle
      ? rateSequenceBounds(this.#distributions, { k, n }, this.#criterion.alpha)
      : this.#betting.bounds()
    return {
      outcome: this.#outcome,
      n,
      k,
      estimate: k / n,
      ...bounds,
      method: this.#isSingle ? 'beta-binomial-sequence' : 'betting-sequence',
    }
  }
}
