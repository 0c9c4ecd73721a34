import type { Clock } from '../../base/instant.ts'
import type { DecisionIntent, DecisionOutcome, GapLine } from '../../contract/decision/decision-record.ts'
import type { NewId } from '../ids/ulid-ids.ts'
import type { AppendOutcome } from './durable-lines.ts'
import type { Spool } from './spool.ts'

const GAPPED_MAX = 100_000

interface Gap {
  readonly system: string
  readonly environment: string
  readonly since: number
  readonly reason: string
  count: number
}

/**
 * Records of tiers that may be served without one: what cannot be written is counted by system, and the count becomes a
 * record itself as soon as the disk takes one. Every other record is refused where it cannot be written.
 */
export class RecordGaps {
  readonly #spool: Spool
  readonly #clock: Clock
  readonly #newId: NewId
  #gaps = new Map<string, Gap>()
  /** Requests without an intent on disk: an outcome of theirs would be an end without a beginning. */
  readonly #gapped = new Set<string>()
  #total = 0
  #writing = false

  constructor(spool: Spool, clock: Clock, newId: NewId) {
    this.#spool = spool
    this.#clock = clock
    this.#newId = newId
  }

  /** Requests that were served without a record since this process began. */
  get total(): number {
    return this.#total
  }

  async intent(record: DecisionIntent, mayBeMissing: boolean): Promise<AppendOutcome> {
    const outcome = await this.#spool.intent(record)
    if (outcome.kept) this.#writeSoon()
    if (outcome.kept || !mayBeMissing) return outcome
    this.#miss(record.system, record.environment, outcome.reason)
    this.#gapped.add(record.id)
    if (this.#gapped.size > GAPPED_MAX) this.#gapped.delete(this.#gapped.values().next().value ?? '')
    return { kept: true }
  }

  // oxlint-disable-next-line max-params -- a record, whose it is, and whether it may be missing
  async outcome(
    record: DecisionOutcome,
    { system, environment }: { readonly system: string; readonly environment: string },
    mayBeMissing: boolean,
  ): Promise<AppendOutcome> {
    if (this.#gapped.delete(record.id)) return { kept: true }
    const outcome = await this.#spool.outcome(record)
    if (outcome.kept) this.#writeSoon()
    if (outcome.kept || !mayBeMissing) return outcome
    this.#miss(system, environment, outcome.reason)
    return { kept: true }
  }

  #miss(system: string, environment: string, reason: string): void {
    this.#total += 1
    const gap = this.#gaps.get(system) ?? { system, environment, since: this.#clock(), reason, count: 0 }
    gap.count += 1
    this.#gaps.set(system, gap)
  }

  #writeSoon(): void {
    if (this.#gaps.size === 0 || this.#writing) return
    this.#writing = true
    void this.#write().finally(() => {
      this.#writing = false
    })
  }

  async #write(): Promise<void> {
    const gaps = this.#gaps
    this.#gaps = new Map()
    for (const [key, gap] of gaps) {
      const line: GapLine = { kind: 'gap', id: this.#newId(), at: this.#clock(), ...gap }
      const { kept } = await this.#spool.note(line)
      if (kept) continue
      const since = this.#gaps.get(key)
      if (since === undefined) this.#gaps.set(key, gap)
      else since.count += gap.count
    }
  }
}
