import type { McpAnswer, McpCallEnd, McpCallVerdict } from '../../../application/gateway/mcp-authority.ts'
import { MINUTE_MS } from '../../../base/instant.ts'

const CALLS_MAX = 10_000
const LIFE_MS = 10 * MINUTE_MS
const SWEEP_MS = MINUTE_MS

interface ProxiedCall {
  readonly owner: string
  readonly finish: Extract<McpCallVerdict, { kind: 'allowed' }>['finish']
  readonly endsAtMs: number
}

/** Allowed calls that a proxy elsewhere is making: what they end with is still to be told. Bounded in number and time. */
export class ProxiedCalls {
  readonly #calls = new Map<string, ProxiedCall>()
  readonly #monotonicMs: () => number
  readonly #sweep: NodeJS.Timeout

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
    this.#sweep = setInterval(() => void this.#lapse(), SWEEP_MS)
    this.#sweep.unref()
  }

  /** False: too many are under way. */
  hold(id: string, owner: string, finish: ProxiedCall['finish']): boolean {
    if (this.#calls.size >= CALLS_MAX) return false
    this.#calls.set(id, { owner, finish, endsAtMs: this.#monotonicMs() + LIFE_MS })
    return true
  }

  /** Undefined: the caller has no such call under way. */
  async finish(id: string, owner: string, end: McpCallEnd): Promise<McpAnswer | undefined> {
    const call = this.#calls.get(id)
    if (call === undefined || call.owner !== owner) return undefined
    this.#calls.delete(id)
    return call.finish(end)
  }

  async #lapse(): Promise<void> {
    const now = this.#monotonicMs()
    for (const [id, { endsAtMs, finish }] of this.#calls) {
      if (endsAtMs > now) continue
      this.#calls.delete(id)
      await finish({ kind: 'gone' })
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    const left = [...this.#calls.values()]
    this.#calls.clear()
    await Promise.all(left.map(({ finish }) => finish({ kind: 'gone' })))
  }
}
