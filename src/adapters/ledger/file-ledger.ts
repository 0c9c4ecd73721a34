import { createHmac } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { EntryDraft, Ledger, LedgerEntry } from '../../application/ledger/ledger.ts'
import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Clock } from '../../base/instant.ts'
import { canonicalJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Signer } from '../../domain/evidence/dsse.ts'
import { formatCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { commitmentOf, leafBytes, type Leaf } from '../../domain/ledger/leaf.ts'
import { leafHash } from '../../domain/ledger/merkle.ts'
import { formatNote, noteKeyId, parseNote } from '../../domain/ledger/signed-note.ts'
import { ed25519Verifier } from '../crypto/ed25519.ts'
import { nodeSha256, type RandomBytes } from '../crypto/node-crypto.ts'
import type { NewId } from '../ids/ulid-ids.ts'
import { errnoOf } from '../files/errno.ts'
import { openJournal, PAYLOAD_BYTES_MAX, readEntry, type OpenedJournal } from './journal.ts'

export interface FileLedgerOptions {
  readonly path: string
  readonly organization: string
  /** First line of every checkpoint and name of the signing key. */
  readonly origin: string
  readonly signer: Signer & { readonly publicKey: Uint8Array }
  readonly pseudonymKey: Uint8Array
  readonly clock: Clock
  readonly newId: NewId
  readonly randomBytes: RandomBytes
}

const GROUP_MAX = 1_024
const WAITING_MAX = 20_000
const SALT_BYTES = 32

interface Waiting {
  readonly draft: EntryDraft
  readonly resolve: (result: Result<LedgerEntry, Problem>) => void
}

/** The ledger in one journal file: a group of entries and its signed checkpoint are one write and one fdatasync. */
export async function openFileLedger(
  options: FileLedgerOptions,
): Promise<Result<Ledger & { readonly tornBytes: number }, Problem>> {
  const verifier = ed25519Verifier(options.signer.publicKey)
  const keyId = noteKeyId(nodeSha256, options.origin, options.signer.publicKey)
  const opened = await openJournal(options.path, async (note) => {
    const parsed = parseNote(note)
    const own = parsed?.signatures.find(({ name, keyId: id }) => name === options.origin && hexOf(id) === hexOf(keyId))
    return parsed !== undefined && own !== undefined && verifier.verify(utf8(parsed.text), own.signature)
  })
  if (!opened.ok) return opened
  const ledger = new FileLedger(options, opened.value, keyId)
  await ledger.start()
  return ok(ledger)
}

class FileLedger implements Ledger {
  readonly tornBytes: number
  readonly #options: FileLedgerOptions
  readonly #journal: OpenedJournal
  readonly #keyId: Uint8Array
  readonly #file: FileHandle
  readonly #waiting: Waiting[] = []
  /** Entries that are on disk; during a write the tree and the offsets already hold the next group. */
  #size: number
  #length: number
  #checkpoint: string
  #running: Promise<void> | undefined
  /** Set when the disk's state is unknown: nothing more is written until a restart reads it back. */
  #broken: Problem | undefined

  constructor(options: FileLedgerOptions, journal: OpenedJournal, keyId: Uint8Array) {
    this.#options = options
    this.#journal = journal
    this.#keyId = keyId
    this.#file = journal.file
    this.#size = journal.offsets.length
    this.#length = journal.length
    this.#checkpoint = journal.checkpoint ?? ''
    this.tornBytes = journal.tornBytes
  }

  /** An empty ledger has a signed checkpoint of size 0, so that there is something to pin from the first day. */
  async start(): Promise<void> {
    if (this.#checkpoint === '') this.#checkpoint = await this.#sign()
  }

  get size(): number {
    return this.#size
  }

  get checkpoint(): string {
    return this.#checkpoint
  }

  append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>> {
    if (this.#broken !== undefined) return Promise.resolve(fail(this.#broken))
    // Everything the leaf and its commitment will hold: a text without canonical form must not stop the writer.
    const canonical = canonicalJson({ ...draft, payload: { ...draft.payload, actor: draft.actor } })
    if (!canonical.ok || canonical.value.length > PAYLOAD_BYTES_MAX)
      return Promise.resolve(
        fail({
          code: 'ledger/bad-payload',
          message: canonical.ok
            ? `the payload is larger than ${PAYLOAD_BYTES_MAX} characters`
            : canonical.failure.message,
        }),
      )
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
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0, GROUP_MAX))
    this.#running = undefined
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const before = this.size
    const entries = group.map(({ draft }, position) => this.#entry(before + position, draft))
    let text = ''
    let offset = this.#length
    for (const { leaf, salt, payload } of entries) {
      const line = `${JSON.stringify({ leaf, salt, payload })}\n`
      const length = Buffer.byteLength(line)
      this.#journal.tree.append(leafHash(nodeSha256, leafBytes(leaf)))
      this.#journal.offsets.push({ start: offset, length })
      offset += length
      text += line
    }
    const checkpoint = await this.#sign()
    const bytes = Buffer.from(`${text}${JSON.stringify({ checkpoint })}\n`)
    const failed = await this.#write(bytes, before)
    if (failed === undefined) {
      this.#size = this.#journal.tree.size
      this.#length += bytes.length
      this.#checkpoint = checkpoint
    }
    for (const [position, { resolve }] of group.entries())
      resolve(failed === undefined ? ok(entries[position] as LedgerEntry) : fail(failed))
  }

  #entry(index: number, draft: EntryDraft): LedgerEntry {
    const { organization, pseudonymKey, clock, newId, randomBytes } = this.#options
    const salt = randomBytes(SALT_BYTES)
    const actor = createHmac('sha256', pseudonymKey).update(`actor\n${draft.actor}`).digest('hex').slice(0, 32)
    const payload = { ...draft.payload, actor: draft.actor } satisfies JsonObject
    const leaf: Leaf = {
      v: 1,
      id: newId(),
      type: draft.type,
      at: clock(),
      organization,
      actor,
      releaseDigest: draft.releaseDigest,
      commitment: commitmentOf(nodeSha256, salt, payload),
    }
    return { index, leaf, salt: hexOf(salt), payload }
  }

  async #sign(): Promise<string> {
    const { origin, signer } = this.#options
    const { tree } = this.#journal
    const text = formatCheckpoint({ origin, size: tree.size, root: tree.root() })
    return formatNote(text, [{ name: origin, keyId: this.#keyId, signature: await signer.sign(utf8(text)) }])
  }

  /** Kept, not kept, or unknown: only the first is acknowledged, and the last stops the ledger. */
  async #write(bytes: Buffer, sizeBefore: number): Promise<Problem | undefined> {
    try {
      await this.#file.appendFile(bytes)
      await this.#file.datasync()
      return undefined
    } catch (error) {
      const code = errnoOf(error)
      if (code === undefined) throw error
      return this.#undo(code, sizeBefore)
    }
  }

  async #undo(code: string, sizeBefore: number): Promise<Problem> {
    this.#journal.tree.truncate(sizeBefore)
    this.#journal.offsets.length = sizeBefore
    const next = code === 'ENOSPC' ? 'free space on the disk of the state folder' : 'check the disk of the state folder'
    try {
      await this.#file.truncate(this.#length)
      await this.#file.datasync()
      return { code: 'ledger/not-kept', message: `the ledger could not be written (${code})`, next }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error
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

  async close(): Promise<void> {
    await this.#running
    await this.#file.close()
  }
}
