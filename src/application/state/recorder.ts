import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { EntryDraft, Ledger, LedgerEntry } from '../ledger/ledger.ts'
import { projectEntry, type RecordHead } from './entry-types.ts'
import type { RecordStore } from './records.ts'

/** Writes to the ledger first and projects into the store after: a crash between the two is caught up at the next start. */
export class Recorder {
  readonly #ledger: Ledger
  readonly #store: RecordStore
  readonly #onChange: (entry: LedgerEntry) => void
  #projecting: Promise<void> = Promise.resolve()
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(ledger: Ledger, store: RecordStore, onChange: (entry: LedgerEntry) => void) {
    this.#ledger = ledger
    this.#store = store
    this.#onChange = onChange
  }

  /** Projects what a crash left out, then takes new entries. */
  static async start(ledger: Ledger, store: RecordStore, onChange: (entry: LedgerEntry) => void): Promise<Recorder> {
    const recorder = new Recorder(ledger, store, onChange)
    let cursor = await store.cursor()
    if (cursor > ledger.size) {
      // The journal was restored from an older copy: what the projection knows beyond it is not in evidence.
      await store.reset()
      cursor = 0
    }
    for await (const entry of ledger.read(cursor, ledger.size)) await recorder.#project(entry)
    return recorder
  }

  async append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>> {
    const appended = await this.#ledger.append(draft)
    if (!appended.ok) return appended
    await this.#catchUp(appended.value.index)
    return ok(appended.value)
  }

  /** Runs one piece of work at a time: for what looks at the state and then writes by what it saw. */
  exclusive<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#turn.then(work)
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

  /** Entries are projected in the order of the ledger, whoever finishes first. */
  async #catchUp(index: number): Promise<void> {
    const previous = this.#projecting
    const run = previous.then(async () => {
      const cursor = await this.#store.cursor()
      for await (const entry of this.#ledger.read(cursor, index + 1)) await this.#project(entry)
    })
    // The chain goes on after a failure; the caller of this entry sees it.
    this.#projecting = run.catch(() => undefined)
    await run
  }

  async #project(entry: LedgerEntry): Promise<void> {
    await this.#store.apply(entry.index, await projectEntry(entry, this.#store))
    this.#onChange(entry)
  }
}
