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

/** A stream of events to a client: opened by its first byte, pinged while it is silent, held back while it is slow. */
export class SseResponse {
  readonly #response: ServerResponse
  readonly #monotonicMs: () => number
  readonly #ping: string
  readonly #startMs: number
  #lastMs: number
  readonly #tick: NodeJS.Timeout
  /** Asked a few times a second while the stream is open. */
  onTick: (() => void) | undefined

  constructor(response: ServerResponse, monotonicMs: () => number, ping: string) {
    this.#response = response
    this.#monotonicMs = monotonicMs
    this.#ping = ping
    this.#startMs = monotonicMs()
    this.#lastMs = this.#startMs
    this.#tick = setInterval(() => this.#onTick(), TICK_MS)
  }

  get isOpen(): boolean {
    return this.#response.headersSent
  }

  #onTick(): void {
    this.onTick?.()
    const now = this.#monotonicMs()
    const isDue = this.isOpen ? now - this.#lastMs >= PING_AFTER_MS : now - this.#startMs >= OPEN_AFTER_MS
    if (isDue && !this.#response.writableNeedDrain) this.#send(this.#ping)
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
    this.close()
    if (this.#response.destroyed) return
    if (!this.isOpen) this.#response.writeHead(200, HEAD)
    this.#response.end(text)
  }

  /** Stops the pings; to be called however the exchange ends. */
  close(): void {
    clearInterval(this.#tick)
  }
}
