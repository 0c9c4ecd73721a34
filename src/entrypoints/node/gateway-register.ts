import type { Clock } from '../../base/instant.ts'

const FORGOTTEN_AFTER_MS = 60_000

/** Which gateways are connected, and which revision of the bundle each has taken. */
export class GatewayRegister {
  readonly #seen = new Map<string, { revision: number; at: number }>()
  readonly #waiting = new Set<() => void>()
  readonly #clock: Clock
  #revision = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get revision(): number {
    return this.#revision
  }

  /** A verdict or a deny record changed what gateways may serve: whoever waits for news is woken. */
  advance(): void {
    this.#revision += 1
    this.#wake()
  }

  /** A gateway said which revision it serves by. */
  heard(gateway: string, revision: number): void {
    this.#seen.set(gateway, { revision, at: this.#clock() })
    this.#wake()
  }

  list(): { readonly gateway: string; readonly revision: number; readonly at: number; readonly isCurrent: boolean }[] {
    const now = this.#clock()
    return [...this.#seen]
      .filter(([, { at }]) => now - at < FORGOTTEN_AFTER_MS)
      .map(([gateway, { revision, at }]) => ({ gateway, revision, at, isCurrent: revision >= this.#revision }))
  }

  #wake(): void {
    for (const resume of this.#waiting) resume()
    this.#waiting.clear()
  }

  /** Resolves at the next change, or after the given time. */
  change(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  async waitForAcknowledgement(
    timeoutMs: number,
  ): Promise<{ readonly acknowledged: number; readonly connected: number; readonly afterMs: number }> {
    const startedAt = this.#clock()
    const state = (): { acknowledged: number; connected: number } => {
      const gateways = this.list()
      return { connected: gateways.length, acknowledged: gateways.filter(({ isCurrent }) => isCurrent).length }
    }
    for (;;) {
      const now = state()
      const afterMs = this.#clock() - startedAt
      if (now.acknowledged === now.connected || afterMs >= timeoutMs) return { ...now, afterMs }
      await this.change(timeoutMs - afterMs)
    }
  }
}
