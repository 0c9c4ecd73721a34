import type { Clock } from '../../base/instant.ts'
import { RESERVATION_LEASE_MS } from '../../domain/limits/limit-store.ts'
import { memoryCounters, type MemoryCounters } from './memory-limit-store.ts'
import { redisLimitStore, type RedisLimitStore, type Unsettled } from './redis-limit-store.ts'

const KEY_PREFIX = 'gatehouse:limits:'

export interface LimitStoresPorts {
  readonly clock: Clock
  readonly log: (line: string) => void
}

/**
 * Where one process counts, whatever its limits are at the moment: who edits them goes on with what was spent, and requests
 * under way settle where they reserved.
 */
export class LimitStores implements AsyncDisposable {
  readonly counters: MemoryCounters
  readonly #ports: LimitStoresPorts
  #shared: { readonly url: string; readonly store: RedisLimitStore } | undefined
  /** Of other addresses; requests that began there end there. */
  readonly #retired = new Map<RedisLimitStore, NodeJS.Timeout>()
  #lost = 0

  /** When the shared counters were last found away; undefined while they are there. */
  awaySinceMs: number | undefined

  constructor({ clock, log }: LimitStoresPorts) {
    this.#ports = { clock, log }
    this.counters = memoryCounters(clock)
  }

  /** The shared counters at an address: the same ones while it stays the same. */
  sharedAt(url: string): RedisLimitStore {
    if (this.#shared?.url === url) return this.#shared.store
    if (this.#shared !== undefined) this.#retire(this.#shared.store)
    const store = redisLimitStore({ url, prefix: KEY_PREFIX, ...this.#ports })
    this.#shared = { url, store }
    this.awaySinceMs = undefined
    return store
  }

  #retire(store: RedisLimitStore): void {
    const timer = setTimeout(() => {
      this.#retired.delete(store)
      void this.#close(store)
    }, RESERVATION_LEASE_MS)
    timer.unref()
    this.#retired.set(store, timer)
  }

  async #close(store: RedisLimitStore): Promise<void> {
    await store[Symbol.asyncDispose]()
    this.#lost += store.unsettled().lost
  }

  unsettled(): Unsettled {
    let [waiting, lost] = [0, this.#lost]
    for (const store of this.#open) {
      const unsettled = store.unsettled()
      waiting += unsettled.waiting
      lost += unsettled.lost
    }
    return { waiting, lost }
  }

  get #open(): readonly RedisLimitStore[] {
    return [...this.#retired.keys(), ...(this.#shared === undefined ? [] : [this.#shared.store])]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#retired.values()) clearTimeout(timer)
    await Promise.all(this.#open.map((store) => store[Symbol.asyncDispose]()))
  }
}
