/** Successes after which a lowered limit rises by one. */
const RECOVERY_SUCCESSES = 20

/**
 * How many trials may be under way at once: halved when the provider says "too many", raised again step by step while it
 * answers (additive increase, multiplicative decrease; D.-M. Chiu and R. Jain, Computer Networks and ISDN Systems 17 (1989),
 * 1–14). Never above the limit that the user set.
 */
export class AdaptiveSlots {
  readonly #max: number
  readonly #waiting: (() => void)[] = []
  #limit: number
  #taken = 0
  #successes = 0

  constructor(max: number) {
    this.#max = max
    this.#limit = max
  }

  get limit(): number {
    return this.#limit
  }

  get taken(): number {
    return this.#taken
  }

  /** Resolves at once where there is room. */
  acquire(): Promise<void> | undefined {
    if (this.#taken < this.#limit) {
      this.#taken += 1
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  release(): void {
    this.#taken -= 1
    this.#admit()
  }

  succeeded(): void {
    if (this.#limit >= this.#max) return
    this.#successes += 1
    if (this.#successes < RECOVERY_SUCCESSES) return
    this.#successes = 0
    this.#limit += 1
    this.#admit()
  }

  refused(): void {
    this.#successes = 0
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
  }

  #admit(): void {
    while (this.#taken < this.#limit) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#taken += 1
      next()
    }
  }
}
