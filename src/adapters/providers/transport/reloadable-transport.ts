import type { Transport, TransportOutcome, TransportRequest, UpstreamHealth, UpstreamInfo } from './transport.ts'

const LOOK_MS = 100

/** A transport that can be replaced between two requests; those under way end on the one they began with. */
export class ReloadableTransport implements Transport {
  #current: Transport
  readonly #retiring = new Set<Promise<void>>()
  #isClosed = false

  constructor(first: Transport) {
    this.#current = first
  }

  replace(next: Transport): void {
    const before = this.#current
    this.#current = next
    const retired = this.#retire(before).finally(() => this.#retiring.delete(retired))
    this.#retiring.add(retired)
  }

  /** Each request has a time-out of its own, so this ends. */
  async #retire(transport: Transport): Promise<void> {
    while (!this.#isClosed && transport.health().some(({ inFlight }) => inFlight > 0))
      await new Promise<void>((resolve) => void setTimeout(resolve, LOOK_MS).unref())
    await transport.close()
  }

  send(request: TransportRequest): Promise<TransportOutcome> {
    return this.#current.send(request)
  }

  get upstreams(): ReadonlyMap<string, UpstreamInfo> {
    return this.#current.upstreams
  }

  health(): readonly UpstreamHealth[] {
    return this.#current.health()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#current.close()
    await Promise.all(this.#retiring)
  }
}
