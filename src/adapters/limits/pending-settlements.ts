import type { Reservation } from '../../domain/limits/limit-store.ts'

/** What a request took, and out of which counters. */
export interface Settlement {
  readonly reservation: Reservation
  readonly taken: readonly number[]
}

export interface PendingPorts {
  /** False: the counters are not there. Making one twice is the same as once. */
  readonly make: (settlement: Settlement) => Promise<boolean>
  readonly log: (line: string) => void
  readonly waitingMax?: number
}

const WAITING_MAX = 10_000

/** Settlements that the shared counters could not take: kept until these are back, and bounded; what is lost is counted and told. */
export class PendingSettlements {
  readonly #waiting = new Set<Settlement>()
  readonly #ports: PendingPorts
  readonly #waitingMax: number
  #lost = 0
  #isMaking = false
  /** Of one time that the counters are away, each thing is told once. */
  #isLossTold = false

  constructor({ waitingMax = WAITING_MAX, ...ports }: PendingPorts) {
    this.#ports = ports
    this.#waitingMax = waitingMax
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get lost(): number {
    return this.#lost
  }

  keep(settlement: Settlement): void {
    if (this.#waiting.size < this.#waitingMax) {
      if (this.#waiting.size === 0)
        this.#ports.log('limits: the shared counters are away: what requests took waits here')
      this.#waiting.add(settlement)
      return
    }
    this.#lost += 1
    if (this.#isLossTold) return
    this.#isLossTold = true
    this.#ports.log(`limits: more than ${this.#waitingMax} settlements wait: what further requests take is lost`)
  }

  /** Makes those that wait, the oldest first, until one cannot be made. */
  async make(): Promise<void> {
    if (this.#isMaking || this.#waiting.size === 0) return
    this.#isMaking = true
    try {
      let made = 0
      for (const settlement of this.#waiting) {
        const isMade = await this.#ports.make(settlement)
        this.#waiting.delete(settlement)
        if (!isMade) {
          // Behind the others, so that one which can never be made holds up nothing.
          this.#waiting.add(settlement)
          break
        }
        made += 1
      }
      if (this.#waiting.size > 0) return
      this.#isLossTold = false
      this.#ports.log(`limits: ${made} settlements that waited are made`)
    } finally {
      this.#isMaking = false
    }
  }

  /** No counters will come back to this process. */
  end(): void {
    if (this.#waiting.size === 0) return
    this.#lost += this.#waiting.size
    this.#ports.log(`limits: ${this.#waiting.size} settlements could not be made and are lost`)
    this.#waiting.clear()
  }
}
