import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { EntryDraft, Ledger, LedgerEntry } from '../ledger/ledger.ts'
import { boundedPuts, refuseUnprojectable } from './entry-bounds.ts'
import type { RecordHead } from './entry-types.ts'
import type { RecordStore } from './records.ts'

/** Runs work while no other server that shares the state runs such work; a failure of its own where the others take too long. */
export type Turn = <Value>(work: () => Promise<Result<Value, Problem>>) => Promise<Result<Value, Problem>>

/** What use cases write by. */
export type Recording = Pick<Recorder, 'append' | 'exclusive' | 'record'>

export interface RecorderOptions {
  /** Each entry once, in order, whichever server appended it. */
  readonly onChange: (entry: LedgerEntry) => void
  /** What could not be projected now; it is tried again with the next entry. */
  readonly onFailure: (error: unknown) => void
  /** Only where several servers share the state. */
  readonly turn?: Turn | undefined
}

/** Writes to the ledger first and projects into the store after: a crash between the two is caught up at the next start. */
export class Recorder {
  readonly #ledger: Ledger
  readonly #store: RecordStore
  readonly #options: RecorderOptions
  readonly #stopFollowing: () => void
  #projecting: Promise<void> = Promise.resolve()
  #turn: Promise<unknown> = Promise.resolve()
  /** The next entry that listeners have not seen. */
  #next: number

  private constructor(ledger: Ledger, store: RecordStore, options: RecorderOptions) {
    this.#ledger = ledger
    this.#store = store
    this.#options = options
    this.#next = ledger.size
    this.#stopFollowing = ledger.onGrowth(() => {
      this.#catchUp(ledger.size).catch((error: unknown) => options.onFailure(error))
    })
  }

  /**
   * Projects what a crash left out, then takes new entries. A ledger that is shorter than the records know it was lost, or
   * replaced by an older copy: going on by itself would begin a second history.
   */
  static async start(ledger: Ledger, store: RecordStore, options: RecorderOptions): Promise<Result<Recorder, Problem>> {
    const cursor = await store.cursor()
    // In this order: what another server projects meanwhile is no sign of a restored journal.
    await ledger.refresh()
    if (cursor > ledger.size)
      return fail({
        code: 'ledger/shorter',
        message: `the ledger holds ${ledger.size} entries, and the records were read from ${cursor}`,
        next: 'put the newest ledger back; if this one is all that is left, `gatehouse db rebuild` goes on with it',
      })
    const recorder = new Recorder(ledger, store, options)
    await recorder.#catchUp(ledger.size)
    return ok(recorder)
  }

  async append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>> {
    const refused = refuseUnprojectable(draft)
    if (refused !== undefined) return fail(refused)
    const appended = await this.#ledger.append(draft)
    if (!appended.ok) return appended
    await this.#catchUp(appended.value.index + 1)
    return ok(appended.value)
  }

  /** Runs one piece of work at a time, on all servers: for what looks at the state and then writes by what it saw. */
  exclusive<Value>(work: () => Promise<Result<Value, Problem>>): Promise<Result<Value, Problem>> {
    const { turn } = this.#options
    const result = this.#turn.then(() =>
      turn === undefined
        ? work()
        : turn(async () => {
            await this.#ledger.refresh()
            await this.#catchUp(this.#ledger.size)
            return work()
          }),
    )
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** An entry that replaces one record of the state. */
  record(
    type: string,
    actor: string,
    releaseDigest: Digest | null,
    content: { readonly head: RecordHead; readonly record: object },
  ): Promise<Result<LedgerEntry, Problem>> {
    return this.append({
      type,
      actor,
      releaseDigest,
      payload: { head: { ...content.head }, record: content.record as JsonObject },
    })
  }

  /** Stops listening to other servers and waits for what is being projected. */
  async close(): Promise<void> {
    this.#stopFollowing()
    await this.#projecting
  }

  /** Entries are projected in the order of the ledger, whoever finishes first. */
  async #catchUp(size: number): Promise<void> {
    const run = this.#projecting.then(async () => {
      let cursor = await this.#store.cursor()
      while (cursor < size) {
        for await (const entry of this.#ledger.read(cursor, size)) {
          const { puts, refused } = await boundedPuts(entry, this.#store)
          if (!(await this.#store.apply(entry.index, puts))) break
          if (refused !== undefined) this.#options.onFailure(new Error(`entry ${entry.index}: ${refused.message}`))
          cursor = entry.index + 1
          this.#tell(entry)
        }
        // Another server moved the cursor between two looks: the rest is looked up again.
        if (cursor < size) cursor = await this.#store.cursor()
      }
      if (this.#next < size) for await (const entry of this.#ledger.read(this.#next, size)) this.#tell(entry)
    })
    // The chain goes on after a failure; the caller of this entry sees it.
    this.#projecting = run.catch(() => undefined)
    await run
  }

  #tell(entry: LedgerEntry): void {
    if (entry.index !== this.#next) return
    this.#next += 1
    this.#options.onChange(entry)
  }
}
