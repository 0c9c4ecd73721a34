import { monotonicMs } from '../clock/system-clock.ts'

const TICK_MS = 5
/** Ticks that are remembered; older ones belong to trials longer than a minute, which lag hardly spoils. */
const TICKS_MAX = 16_384

/** How long this process did not look at its sockets: time beyond what a timer was set for. */
export class LagMeter {
  /** Moments at which a late tick came, and how late it was; a ring. */
  readonly #at = new Float64Array(TICKS_MAX)
  readonly #late = new Float64Array(TICKS_MAX)
  readonly #timer: NodeJS.Timeout
  #next = 0
  #lastMs = monotonicMs()

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  #tick(): void {
    const now = monotonicMs()
    const late = now - this.#lastMs - TICK_MS
    this.#lastMs = now
    if (late <= 1) return
    this.#at[this.#next % TICKS_MAX] = now
    this.#late[this.#next % TICKS_MAX] = late
    this.#next += 1
  }

  /** Longest lag since a moment, one that is still going on included. */
  since(startMs: number): number {
    let worst = Math.max(0, monotonicMs() - this.#lastMs - TICK_MS)
    for (let back = 1; back <= Math.min(this.#next, TICKS_MAX); back++) {
      const slot = (this.#next - back) % TICKS_MAX
      if ((this.#at[slot] as number) < startMs) break
      worst = Math.max(worst, this.#late[slot] as number)
    }
    return worst
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
