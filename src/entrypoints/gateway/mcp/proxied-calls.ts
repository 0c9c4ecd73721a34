import type { McpAnswer, McpCallEnd, McpCallVerdict } from '../../../application/gateway/mcp-authority.ts'
import { MINUTE_MS } from '../../../base/instant.ts'
import { OwnedPlaces, type FreePlace, type PlaceOwner } from '../../../base/owned-places.ts'

const CALLS_MAX = 10_000
const LIFE_MS = 10 * MINUTE_MS
const SWEEP_MS = MINUTE_MS

interface ProxiedCall {
  readonly owner: string
  readonly finish: Extract<McpCallVerdict, { kind: 'allowed' }>['finish']
  readonly endsAtMs: number
  readonly free: FreePlace
}

export interface ProxiedCallsOptions {
  readonly monotonicMs: () => number
  readonly onBug: (error: unknown) => void
  readonly callsMax?: number
}

/** Allowed calls that a proxy elsewhere is making: what they end with is still to be told. Bounded in number and time, for each owner too. */
export class ProxiedCalls {
  readonly #calls = new Map<string, ProxiedCall>()
  readonly #monotonicMs: () => number
  readonly #sweep: NodeJS.Timeout
  readonly #callsMax: number
  readonly #places: OwnedPlaces
  readonly #onBug: (error: unknown) => void

  constructor({ monotonicMs, onBug, callsMax = CALLS_MAX }: ProxiedCallsOptions) {
    this.#monotonicMs = monotonicMs
    this.#onBug = onBug
    this.#callsMax = callsMax
    this.#places = new OwnedPlaces(callsMax)
    this.#sweep = setInterval(() => void this.#lapse(), SWEEP_MS)
    this.#sweep.unref()
  }

  /** A place for a call, to be asked for before anything is spent on it. Undefined: too many are under way. */
  placeFor(ownersOf: (placesMax: number) => readonly PlaceOwner[]): FreePlace | undefined {
    return this.#places.take(ownersOf(this.#callsMax))
  }

  hold(id: string, call: Omit<ProxiedCall, 'endsAtMs'>): void {
    this.#calls.set(id, { ...call, endsAtMs: this.#monotonicMs() + LIFE_MS })
  }

  /** Undefined: the caller has no such call under way. */
  async finish(id: string, owner: string, end: McpCallEnd): Promise<McpAnswer | undefined> {
    const call = this.#calls.get(id)
    if (call === undefined || call.owner !== owner) return undefined
    this.#remove(id)
    return call.finish(end)
  }

  #remove(id: string): void {
    this.#calls.get(id)?.free()
    this.#calls.delete(id)
  }

  async #lapse(): Promise<void> {
    const now = this.#monotonicMs()
    for (const [id, { endsAtMs, finish }] of this.#calls) {
      if (endsAtMs > now) continue
      this.#remove(id)
      await this.#tellGone(finish)
    }
  }

  /** Nobody waits for it: what it throws must stop neither the other calls nor the process. */
  async #tellGone(finish: ProxiedCall['finish']): Promise<void> {
    try {
      await finish({ kind: 'gone' })
    } catch (error) {
      this.#onBug(error)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    const left = [...this.#calls.values()]
    this.#calls.clear()
    await Promise.all(left.map(({ finish }) => this.#tellGone(finish)))
  }
}
