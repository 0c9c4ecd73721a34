import type { FileHandle } from 'node:fs/promises'
import type { EntryDraft, Ledger, LedgerEntry } from '../../application/ledger/ledger.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { leafBytes } from '../../domain/ledger/leaf.ts'
import { leafHash } from '../../domain/ledger/merkle.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { errnoOf } from '../files/errno.ts'
import { makeEntry, ownCheckpoint, refuseDraft, signCheckpoint, type LedgerIdentity } from './entry-maker.ts'
import { openJournal, readEntry, type OpenedJournal } from './journal.ts'

export interface FileLedgerOptions extends LedgerIdentity {
  readonly path: string
}

const GROUP_MAX = 1_024
/** A group is one text; the engine makes none above 512 Mi characters. */
const GROUP_CHARACTERS_MAX = 32 * 1_048_576
const WAITING_MAX = 20_000

interface Waiting {
  readonly draft: EntryDraft
  readonly resolve: (result: Result<LedgerEntry, Problem>) => void
}

/** The ledger in one journal file: a group of entries and its signed checkpoint are one write and one fdatasync. */
export async function openFileLedger(
  options: FileLedgerOptions,
): Promise<Result<Ledger & { readonly tornBytes: number }, Problem>> {
  const opened = await openJournal(options.path, ownCheckpoint(options))
  if (!opened.ok) return opened
  const ledger = new FileLedger(options, opened.value)
  await ledger.start()
  return ok(ledger)
}

class FileLedger implements Ledger {
  readonly tornBytes: number
  readonly #options: FileLedgerOptions
  readonly #journal: OpenedJournal
  readonly #file: FileHandle
  readonly #waiting: Waiting[] = []
  /** Entries that are on disk; during a write the tree and the offsets already hold the next group. */
  #size: number
  #length: number
  #checkpoint: string
  #running: Promise<void> | undefined
  /** Set when the disk's state is unknown: nothing more is written until a restart reads it back. */
  #broken: Problem | undefined

  constructor(options: FileLedgerOptions, journal: OpenedJournal) {
    this.#options = options
    this.#journal = journal
    this.#file = journal.file
    this.#size = journal.offsets.length
    this.#length = journal.length
    this.#checkpoint = journal.checkpoint ?? ''
    this.tornBytes = journal.tornBytes
  }

  /** An empty ledger has a signed checkpoint of size 0, so that there is something to pin from the first day. */
  async start(): Promise<void> {
    if (this.#checkpoint === '') this.#checkpoint = await signCheckpoint(this.#options, this.#journal.tree)
  }

  get size(): number {
    return this.#size
  }

  get checkpoint(): string {
    return this.#checkpoint
  }

  append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>> {
    if (this.#broken !== undefined) return Promise.resolve(fail(this.#broken))
    const refused = refuseDraft(draft)
    if (refused !== undefined) return Promise.resolve(fail(refused))
    if (this.#waiting.length >= WAITING_MAX)
      return Promise.resolve(
        fail({ code: 'ledger/busy', message: `${WAITING_MAX} entries wait for the disk`, next: 'try again' }),
      )
    return new Promise((resolve) => {
      this.#waiting.push({ draft, resolve })
      this.#running ??= this.#run()
    })
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets entries that arrive together share a group.
    await Promise.resolve()
    while (this.#waiting.length > 0 && this.#broken === undefined) await this.#writeGroup()
    for (const { resolve } of this.#waiting.splice(0)) resolve(fail(this.#broken as Problem))
    this.#running = undefined
  }

  /** Whatever happens, all who waited hear of it: nobody else would answer them, and the next group is to be written. */
  async #writeGroup(): Promise<void> {
    const before = this.size
    let group: readonly Waiting[] = []
    let entries: readonly LedgerEntry[] = []
    let failed: Problem | undefined
    try {
      const made = this.#nextGroup(before)
      entries = made.entries
      group = this.#waiting.splice(0, entries.length)
      const checkpoint = await signCheckpoint(this.#options, this.#journal.tree)
      const bytes = Buffer.from(`${made.text}${JSON.stringify({ checkpoint })}\n`)
      failed = await this.#write(bytes, before)
      if (failed === undefined) {
        this.#size = this.#journal.tree.size
        this.#length += bytes.length
        this.#checkpoint = checkpoint
      }
    } catch (error) {
      // Before anything was written: by the signer, or by an entry that cannot be made.
      this.#forget(before)
      if (group.length === 0) group = this.#waiting.splice(0, 1)
      failed = { code: 'ledger/not-kept', message: `an entry could not be made (${String(error)})` }
    }
    for (const [position, { resolve }] of group.entries())
      resolve(failed === undefined ? ok(entries[position] as LedgerEntry) : fail(failed))
  }

  /** The entries of the first that wait, in the tree already. */
  #nextGroup(before: number): { readonly entries: readonly LedgerEntry[]; readonly text: string } {
    const entries: LedgerEntry[] = []
    let text = ''
    let offset = this.#length
    for (const { draft } of this.#waiting.slice(0, GROUP_MAX)) {
      const entry = makeEntry(this.#options, before + entries.length, this.#options.newId(), draft)
      const { leaf, salt, payload } = entry
      const line = `${JSON.stringify({ leaf, salt, payload })}\n`
      if (entries.length > 0 && text.length + line.length > GROUP_CHARACTERS_MAX) break
      const length = Buffer.byteLength(line)
      this.#journal.tree.append(leafHash(nodeSha256, leafBytes(leaf)))
      this.#journal.offsets.push({ start: offset, length })
      offset += length
      text += line
      entries.push(entry)
    }
    return { entries, text }
  }

  /** Kept, not kept, or unknown: only the first is acknowledged, and the last stops the ledger. */
  async #write(bytes: Buffer, sizeBefore: number): Promise<Problem | undefined> {
    try {
      await this.#file.appendFile(bytes)
      await this.#file.datasync()
      return undefined
    } catch (error) {
      return this.#undo(errnoOf(error) ?? String(error), sizeBefore)
    }
  }

  #forget(sizeBefore: number): void {
    this.#journal.tree.truncate(sizeBefore)
    this.#journal.offsets.length = sizeBefore
  }

  async #undo(code: string, sizeBefore: number): Promise<Problem> {
    this.#forget(sizeBefore)
    const next = code === 'ENOSPC' ? 'free space on the disk of the state folder' : 'check the disk of the state folder'
    try {
      await this.#file.truncate(this.#length)
      await this.#file.datasync()
      return { code: 'ledger/not-kept', message: `the ledger could not be written (${code})`, next }
    } catch {
      this.#broken = {
        code: 'ledger/state-unknown',
        message: `the ledger could not be written (${code}) nor cut back`,
        next: `${next}, then restart`,
      }
      return this.#broken
    }
  }

  async *read(from: number, to: number): AsyncGenerator<LedgerEntry> {
    for (let index = from; index < Math.min(to, this.size); index++) {
      const at = this.#journal.offsets[index]
      if (at !== undefined) yield await readEntry(this.#file, index, at)
    }
  }

  inclusionProof(index: number, size: number): readonly Uint8Array[] {
    return this.#journal.tree.inclusionProof(index, size)
  }

  consistencyProof(from: number, to: number): readonly Uint8Array[] {
    return this.#journal.tree.consistencyProof(from, to)
  }

  /** One process writes the file: there is nobody else to hear from. */
  async refresh(): Promise<void> {}

  onGrowth(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {
    await this.#running
    await this.#file.close()
  }
}
