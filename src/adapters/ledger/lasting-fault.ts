import { monotonicMs } from '../clock/system-clock.ts'

/** A connection that broke is made anew in less. */
const LASTS_MS = 5_000
const AGAIN_MS = 60_000

/** Tells of a fault that does not pass by itself, and from then on once a minute. */
export class LastingFault {
  readonly #report: (error: unknown) => void
  readonly #now: () => number
  #since: number | undefined
  #toldAt: number | undefined

  constructor(report: (error: unknown) => void, now: () => number = monotonicMs) {
    this.#report = report
    this.#now = now
  }

  failed(error: unknown): void {
    const now = this.#now()
    this.#since ??= now
    if (now - this.#since < LASTS_MS || (this.#toldAt !== undefined && now - this.#toldAt < AGAIN_MS)) return
    this.#toldAt = now
    this.#report(error)
  }

  passed(): void {
    this.#since = undefined
    this.#toldAt = undefined
  }
}
