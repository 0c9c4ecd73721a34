import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies in between must not collect what is meant to flow.
  'x-accel-buffering': 'no',
}

/** Time without a byte after which a ping says that somebody is still there. */
const PING_AFTER_MS = 1_000
/** How long the provider may be silent before the stream is opened; until then its refusal keeps its own status. */
const OPEN_AFTER_MS = 10_000
const TICK_MS = 250
/** How long a client may take nothing of what is sent to it. */
export const STALLED_MS = 60_000

/** A stream of events to a client: opened by its first byte, pinged while it is silent, held back while it is slow. */
export class SseResponse {
  readonly #response: ServerResponse
  readonly #monotonicMs: () => number
  readonly #ping: string
  readonly #startMs: number
  #lastMs: number
  /** Since when the client has taken nothing. */
  #stalledSinceMs: number | undefined
  readonly #stalledMs: number
  readonly #tick: NodeJS.Timeout
  /** Asked a few times a second while the stream is open. */
  onTick: (() => void) | undefined

  // oxlint-disable-next-line max-params -- a response, a clock and the two things that clients differ in
  constructor(response: ServerResponse, monotonicMs: () => number, ping: string, stalledMs = STALLED_MS) {
    this.#response = response
    this.#monotonicMs = monotonicMs
    this.#ping = ping
    this.#stalledMs = stalledMs
    this.#startMs = monotonicMs()
    this.#lastMs = this.#startMs
    this.#tick = setInterval(() => this.#onTick(), TICK_MS)
    response.once('close', () => clearInterval(this.#tick))
  }

  get isOpen(): boolean {
    return this.#response.headersSent
  }

  #onTick(): void {
    this.onTick?.()
    const now = this.#monotonicMs()
    if (this.#isStalled(now)) this.#response.destroy()
    if (this.#response.writableEnded) return
    const isDue = this.isOpen ? now - this.#lastMs >= PING_AFTER_MS : now - this.#startMs >= OPEN_AFTER_MS
    if (isDue && !this.#response.writableNeedDrain) this.#send(this.#ping)
  }

  #isStalled(now: number): boolean {
    // Once the end is sent, what has not left yet says whether anybody takes it.
    const isWaiting = this.#response.writableEnded
      ? this.#response.writableLength > 0
      : this.#response.writableNeedDrain
    if (!isWaiting) {
      this.#stalledSinceMs = undefined
      return false
    }
    this.#stalledSinceMs ??= now
    return now - this.#stalledSinceMs >= this.#stalledMs
  }

  /** A promise where the client reads more slowly than the provider writes. */
  write(text: string): Promise<void> | undefined {
    if (this.#send(text) || this.#response.destroyed) return undefined
    return this.#drained()
  }

  async #drained(): Promise<void> {
    const settled = new AbortController()
    try {
      await Promise.race([
        once(this.#response, 'drain', { signal: settled.signal }),
        once(this.#response, 'close', { signal: settled.signal }),
      ])
    } finally {
      settled.abort()
    }
  }

  #send(text: string): boolean {
    if (this.#response.destroyed) return true
    if (!this.isOpen) this.#response.writeHead(200, HEAD)
    this.#lastMs = this.#monotonicMs()
    return this.#response.write(text)
  }

  end(text: string): void {
    this.onTick = undefined
    if (this.#response.destroyed) return
    if (!this.isOpen) this.#response.writeHead(200, HEAD)
    this.#response.end(text)
  }

  /** To be called however the exchange ends. What was sent last may still be on its way to a client that stalls. */
  close(): void {
    this.onTick = undefined
    if (!this.#response.headersSent || this.#response.destroyed) clearInterval(this.#tick)
  }
}
