import type { Clock } from '../../base/instant.ts'

const FORGOTTEN_AFTER_MS = 60_000
const GATEWAYS_MAX = 10_000

/** What a gateway says of itself when it asks for news. */
export interface Heard {
  /** Of the bundle in force, as this process counts; -1: none of this process's. */
  readonly revision: number
  /** Ledger entries that the bundle in force was made from; -1: there is none. */
  readonly version: number
  readonly environment: string
  /** Why the newest bundle is not in force, or null. */
  readonly problem: string | null
}

/** Which gateways are connected, and which revision of the bundle each has taken. */
export class GatewayRegister {
  readonly #seen = new Map<string, Heard & { at: number }>()
  /** Gateways that wait for news. */
  readonly #forNews = new Set<() => void>()
  /** Whoever waits for what gateways say. */
  readonly #forWords = new Set<() => void>()
  readonly #clock: Clock
  #revision = 0
  /** Ledger entries that a bundle must have been made from to have everything that gateways must know. */
  #needed: number

  constructor(clock: Clock, needed = 0) {
    this.#clock = clock
    this.#needed = needed
  }

  get revision(): number {
    return this.#revision
  }

  /**
   * A verdict or a deny record changed what gateways may serve: whoever waits for news is woken. `needed`: entries up to that
   * one. Revisions count in this process only, and a gateway may have asked another one before.
   */
  advance(needed = this.#needed): void {
    this.#revision += 1
    this.#needed = Math.max(this.#needed, needed)
    wake(this.#forNews)
    wake(this.#forWords)
  }

  /** A gateway said which revision it serves by. */
  heard(gateway: string, heard: Heard): void {
    if (!this.#seen.has(gateway) && this.#seen.size >= GATEWAYS_MAX) this.#forget()
    this.#seen.set(gateway, { ...heard, at: this.#clock() })
    // INVARIANT: what one gateway says is no news for the others: each would ask again at once, and wake the rest by that.
    wake(this.#forWords)
  }

  list(
    needed = this.#needed,
  ): (Heard & { readonly gateway: string; readonly at: number; readonly isCurrent: boolean })[] {
    const now = this.#clock()
    return [...this.#seen]
      .filter(([, { at }]) => now - at < FORGOTTEN_AFTER_MS)
      .map(([gateway, seen]) => ({ gateway, ...seen, isCurrent: seen.version >= needed }))
  }

  /** Room for a new one: the longest unheard goes. */
  #forget(): void {
    const [oldest] = [...this.#seen].toSorted(([, left], [, right]) => left.at - right.at)
    if (oldest !== undefined) this.#seen.delete(oldest[0])
  }

  /** Resolves when gateways must look again, or after the given time. */
  change(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return waitIn(this.#forNews, timeoutMs, signal)
  }

  /** Waits until every connected gateway serves by a bundle with these entries, and says which does not. */
  async waitForAcknowledgement(
    timeoutMs: number,
    needed = this.#needed,
  ): Promise<{
    readonly acknowledged: number
    readonly connected: number
    readonly missing: readonly string[]
    readonly afterMs: number
  }> {
    const startedAt = this.#clock()
    for (;;) {
      const gateways = this.list(needed)
      const missing = gateways.filter(({ isCurrent }) => !isCurrent).map(({ gateway }) => gateway)
      const afterMs = this.#clock() - startedAt
      if (missing.length === 0 || afterMs >= timeoutMs)
        return { acknowledged: gateways.length - missing.length, connected: gateways.length, missing, afterMs }
      await waitIn(this.#forWords, timeoutMs - afterMs)
    }
  }
}

function wake(waiting: Set<() => void>): void {
  for (const resume of waiting) resume()
  waiting.clear()
}

function waitIn(waiting: Set<() => void>, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      waiting.delete(done)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timeoutMs)
    waiting.add(done)
    signal?.addEventListener('abort', done, { once: true })
  })
}
