import type { Bounds } from './cluster-interval.ts'

/** Largest share of the capital that one bet may lose. */
const STAKE_MAX = 0.75
/** Variance and mean before the first observation, as if one observation of 1/2 had been seen. */
const MEAN_PRIOR = 0.5
const VARIANCE_PRIOR = 0.25

/**
 * Anytime-valid inference on the mean of independent values in [0, 1] by betting (I. Waudby-Smith and A. Ramdas, Estimating
 * means of bounded random variables by betting, JRSS B 86 (2024), 1–27, sections 4 and B.1). Against "the mean is at least
 * m" the gambler stakes on each value being smaller; the capital ∏ (1 − λᵢ(xᵢ − m)) is a supermartingale under that
 * hypothesis, because each λᵢ is chosen before xᵢ is seen. Nothing is assumed of the distribution: a value may be the rate
 * of a case with any number of dependent trials.
 */
export class BettingTest {
  readonly #alpha: number
  /** Values and the bets made on them before they were seen. */
  readonly #values: number[] = []
  readonly #bets: number[] = []
  readonly #threshold: number
  #sum = MEAN_PRIOR
  #squares = VARIANCE_PRIOR
  #below = 0
  #above = 0

  constructor(alpha: number, threshold: number) {
    this.#alpha = alpha
    this.#threshold = threshold
  }

  /** ln of the capital won so far against "the mean is at least the threshold". */
  get below(): number {
    return this.#threshold <= 0 ? Number.NEGATIVE_INFINITY : this.#below
  }

  /** ln of the capital won so far against "the mean is at most the threshold". */
  get above(): number {
    return this.#threshold >= 1 ? Number.NEGATIVE_INFINITY : this.#above
  }

  get n(): number {
    return this.#values.length
  }

  get mean(): number {
    return this.n === 0 ? 0 : (this.#sum - MEAN_PRIOR) / this.n
  }

  add(value: number): void {
    const seen = this.#values.length + 1
    const variance = this.#squares / seen
    // The predictable plug-in bet of section B.1; the first value of the divisor's logarithm must not be 0.
    const bet = Math.sqrt((2 * Math.log(1 / this.#alpha)) / (variance * seen * Math.log(seen + 1)))
    this.#bets.push(bet)
    this.#values.push(value)
    this.#below += logWin(bet, value, this.#threshold)
    this.#above += logWin(bet, 1 - value, 1 - this.#threshold)
    this.#sum += value
    const mean = this.#sum / (seen + 1)
    this.#squares += (value - mean) ** 2
  }

  /** One-sided bounds, each at α at all times: the capital is monotone in m, so one boundary parts the line. */
  bounds(): Bounds {
    if (this.n === 0) return { lower: 0, upper: 1 }
    const limit = Math.log(1 / this.#alpha)
    return {
      upper: least((m) => this.#capital(m, false) >= limit),
      lower: 1 - least((m) => this.#capital(m, true) >= limit),
    }
  }

  /** ln of the capital against "the mean of the values (mirrored: of 1 − value) is at least m". */
  #capital(m: number, isMirrored: boolean): number {
    if (m <= 0) return Number.NEGATIVE_INFINITY
    let capital = 0
    for (const [index, value] of this.#values.entries())
      capital += logWin(this.#bets[index] as number, isMirrored ? 1 - value : value, m)
    return capital
  }
}

/** ln of the factor by which the capital changes; no stake loses more than a share of it. */
function logWin(bet: number, value: number, m: number): number {
  const stake = m >= 1 ? bet : Math.min(bet, STAKE_MAX / (1 - m))
  return Math.log1p(-stake * (value - m))
}

const BISECTIONS = 40

/** The least mean that is refuted, or 1. */
function least(isRefuted: (m: number) => boolean): number {
  let [inside, outside] = [0, 1]
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (inside + outside) / 2
    if (isRefuted(middle)) outside = middle
    else inside = middle
  }
  return outside
}
