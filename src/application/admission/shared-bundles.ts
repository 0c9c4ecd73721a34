import { SECOND_MS } from '../../base/instant.ts'
import type { Envelope } from '../../domain/evidence/dsse.ts'

/** How long one bundle is handed out as it was built: gateways that ask for the same news ask within this time. */
const SHARED_MS = SECOND_MS
const ENVIRONMENTS_MAX = 100

interface Shared {
  readonly key: string
  readonly builtAtMs: number
  readonly bundle: Promise<Envelope>
}

/** One build for all gateways of an environment that a change has woken: with many gateways each would build it for itself. */
export class SharedBundles {
  readonly #monotonicMs: () => number
  readonly #built = new Map<string, Shared>()

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /**
   * The bundle that `key` stands for. INVARIANT: what had changed when the key was made is in it, as its build begins after
   * that.
   */
  of(environment: string, key: string, build: () => Promise<Envelope>): Promise<Envelope> {
    const known = this.#built.get(environment)
    const now = this.#monotonicMs()
    if (known?.key === key && now - known.builtAtMs < SHARED_MS) return known.bundle
    const bundle = build()
    this.#built.delete(environment)
    if (this.#built.size >= ENVIRONMENTS_MAX) this.#built.delete(this.#built.keys().next().value ?? '')
    this.#built.set(environment, { key, builtAtMs: now, bundle })
    // A build that failed is nobody's: the next who asks tries again.
    bundle.catch(() => {
      if (this.#built.get(environment)?.bundle === bundle) this.#built.delete(environment)
    })
    return bundle
  }
}
