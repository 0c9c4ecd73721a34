import type { OpenedNode } from '../node/open-node.ts'

/** Where the projected part of the ledger ends, and a way to wait until it moves: one listener for all streams. */
export class LedgerTail {
  readonly #waiting = new Set<() => void>()
  #end: number

  constructor(node: Pick<OpenedNode, 'ledger' | 'onEntry'>) {
    this.#end = node.ledger.size
    node.onEntry(({ index }) => {
      this.#end = Math.max(this.#end, index + 1)
      for (const wake of this.#waiting) wake()
    })
  }

  get end(): number {
    return this.#end
  }

  /** Resolves when the ledger is longer than that, or after the time, or when the signal is given. */
  beyond(position: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#end > position || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}
