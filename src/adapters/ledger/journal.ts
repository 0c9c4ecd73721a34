import { open, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { equalBytes } from '../../base/bytes.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import { parseCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { leafBytes, type Leaf } from '../../domain/ledger/leaf.ts'
import { leafHash, MerkleTree } from '../../domain/ledger/merkle.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { isCommittedTo, PAYLOAD_BYTES_MAX } from './entry-maker.ts'

/** One journal line: an entry, or the signed checkpoint that closes a group of entries. */
export type JournalLine =
  | { readonly leaf: Leaf; readonly salt: string; readonly payload: JsonObject }
  | { readonly checkpoint: string }

export interface OpenedJournal {
  readonly file: FileHandle
  readonly tree: MerkleTree
  /** Byte offset and length of each entry's line. */
  readonly offsets: { readonly start: number; readonly length: number }[]
  readonly checkpoint: string | undefined
  readonly length: number
  /** Bytes after the last signed checkpoint: a group that was never acknowledged, set aside in a file of its own. */
  readonly tornBytes: number
}

/** Does a signed checkpoint come from this ledger's key? */
export type VerifyCheckpoint = (note: string) => Promise<boolean>

/**
 * Reads the journal, recomputes every commitment and root, and cuts off a group that has no checkpoint.
 * Only the tail may be torn: damage before a later valid checkpoint is an integrity failure.
 */
export async function openJournal(
  path: string,
  verifyCheckpoint: VerifyCheckpoint,
): Promise<Result<OpenedJournal, Problem>> {
  const file = await open(path, 'a+', 0o600)
  const scan = await scanJournal(file, verifyCheckpoint)
  if (scan.lastGroupEnd < scan.bytes && scan.hasLaterCheckpoint)
    return damaged(file, path, scan.damage ?? 'an entry is damaged')
  const tornBytes = scan.bytes - scan.lastGroupEnd
  if (tornBytes > 0) await setAside(file, path, scan.lastGroupEnd, tornBytes)
  scan.tree.truncate(scan.sizeAtGroupEnd)
  scan.offsets.length = scan.sizeAtGroupEnd
  return ok({
    file,
    tree: scan.tree,
    offsets: scan.offsets,
    checkpoint: scan.checkpoint,
    length: scan.lastGroupEnd,
    tornBytes,
  })
}

export interface JournalSurvey {
  readonly tree: MerkleTree
  readonly checkpoint: string | undefined
  /** Bytes up to the end of the last whole group. */
  readonly length: number
  readonly tornBytes: number
}

/** Reads and verifies a journal without changing anything, up to the group that ends at `sizeMax` entries. */
export async function surveyJournal(
  path: string,
  verifyCheckpoint: VerifyCheckpoint,
  sizeMax = Number.MAX_SAFE_INTEGER,
): Promise<Result<JournalSurvey, Problem>> {
  const file = await open(path, 'r')
  try {
    const { tree, checkpoint, lastGroupEnd, bytes, ...scan } = await scanJournal(file, verifyCheckpoint, sizeMax)
    if (lastGroupEnd < bytes && scan.hasLaterCheckpoint) return damage(path, scan.damage ?? 'an entry is damaged')
    tree.truncate(scan.sizeAtGroupEnd)
    return ok({ tree, checkpoint, length: lastGroupEnd, tornBytes: bytes - lastGroupEnd })
  } finally {
    await file.close()
  }
}

/** The lines of a journal that was surveyed, up to its `length`. */
export async function* readJournal(path: string, length: number): AsyncGenerator<JournalLine> {
  const file = await open(path, 'r')
  try {
    for await (const { text, start } of journalLines(file)) {
      if (start >= length) return
      const line = parseLine(text)
      if (line === undefined) throw new Error(`the journal changed at byte ${start} while it was read`)
      yield line
    }
  } finally {
    await file.close()
  }
}

async function damaged(file: FileHandle, path: string, what: string): Promise<Result<never, Problem>> {
  await file.close()
  return damage(path, what)
}

function damage(path: string, what: string): Result<never, Problem> {
  return fail({
    code: 'ledger/damaged',
    message: `\`${path}\`: ${what}`,
    next: 'restore the journal from your backup; nothing was written',
  })
}

async function setAside(file: FileHandle, path: string, from: number, length: number): Promise<void> {
  const torn = Buffer.alloc(length)
  await file.read(torn, 0, length, from)
  const aside = `${path}.torn-at-${from}`
  await writeFile(`${aside}.draft`, torn, { mode: 0o600, flush: true })
  await rename(`${aside}.draft`, aside)
  await file.truncate(from)
  await file.datasync()
}

interface Scan {
  readonly tree: MerkleTree
  readonly offsets: { start: number; length: number }[]
  bytes: number
  lastGroupEnd: number
  sizeAtGroupEnd: number
  checkpoint: string | undefined
  damage: string | undefined
  /** A well-formed checkpoint line stands after the first damage: this is no torn tail. */
  hasLaterCheckpoint: boolean
}

async function scanJournal(
  file: FileHandle,
  verifyCheckpoint: VerifyCheckpoint,
  sizeMax = Number.MAX_SAFE_INTEGER,
): Promise<Scan> {
  const scan: Scan = {
    tree: new MerkleTree(nodeSha256),
    offsets: [],
    bytes: 0,
    lastGroupEnd: 0,
    sizeAtGroupEnd: 0,
    checkpoint: undefined,
    damage: undefined,
    hasLaterCheckpoint: false,
  }
  for await (const { text, start, length, isWhole } of journalLines(file)) {
    scan.bytes = start + length
    if (scan.damage === undefined)
      scan.damage = isWhole
        ? await applyLine(scan, verifyCheckpoint, text, { start, length })
        : 'the last line is not whole'
    else if (isWhole && isCheckpointLine(text)) scan.hasLaterCheckpoint = true
    if (scan.lastGroupEnd === scan.bytes && scan.sizeAtGroupEnd >= sizeMax) break
  }
  return scan
}

function isCheckpointLine(text: string): boolean {
  const line = parseLine(text)
  return line !== undefined && 'checkpoint' in line
}

/** Applies one line to the scan; a text says why it is damaged. */
async function applyLine(
  scan: Scan,
  verifyCheckpoint: VerifyCheckpoint,
  text: string,
  at: { start: number; length: number },
): Promise<string | undefined> {
  const { start, length } = at
  const line = parseLine(text)
  if (line === undefined) return 'a line is not a journal line'
  if ('checkpoint' in line) {
    const body = parseCheckpoint(parseNote(line.checkpoint)?.text ?? '')
    if (body === undefined || body.size !== scan.tree.size || !equalBytes(body.root, scan.tree.root())) {
      scan.hasLaterCheckpoint = true
      return `the checkpoint at byte ${start} does not match the entries before it`
    }
    if (!(await verifyCheckpoint(line.checkpoint))) {
      scan.hasLaterCheckpoint = true
      return `the checkpoint at byte ${start} is not signed by this ledger`
    }
    scan.checkpoint = line.checkpoint
    scan.lastGroupEnd = start + length
    scan.sizeAtGroupEnd = scan.tree.size
    return undefined
  }
  if (!isCommittedTo(line)) return `the payload of entry ${scan.tree.size} does not match its commitment`
  scan.tree.append(leafHash(nodeSha256, leafBytes(line.leaf)))
  scan.offsets.push({ start, length })
  return undefined
}

/** Undefined when the text is no journal line. */
export function parseLine(text: string): JournalLine | undefined {
  const json = parseJson(text, 2 * PAYLOAD_BYTES_MAX)
  if (!json.ok || !isJsonObject(json.value)) return undefined
  const { leaf, salt, payload, checkpoint } = json.value
  if (typeof checkpoint === 'string') return { checkpoint }
  if (!isJsonObject(leaf) || typeof salt !== 'string' || !isJsonObject(payload)) return undefined
  return { leaf: leaf as unknown as Leaf, salt, payload }
}

async function* journalLines(
  file: FileHandle,
): AsyncGenerator<{ text: string; start: number; length: number; isWhole: boolean }> {
  const chunk = Buffer.alloc(1_048_576)
  let pending: Buffer[] = []
  let start = 0
  let position = 0
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    let from = 0
    for (let end = chunk.indexOf(10, from); end >= 0 && end < bytesRead; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...pending, chunk.subarray(from, end)])
      pending = []
      yield { text: line.toString('utf8'), start, length: line.length + 1, isWhole: true }
      start += line.length + 1
      from = end + 1
    }
    pending.push(Buffer.from(chunk.subarray(from, bytesRead)))
  }
  const rest = Buffer.concat(pending)
  if (rest.length > 0) yield { text: rest.toString('utf8'), start, length: rest.length, isWhole: false }
}

export async function readEntry(
  file: FileHandle,
  index: number,
  at: { readonly start: number; readonly length: number },
): Promise<LedgerEntry> {
  const bytes = Buffer.alloc(at.length)
  await file.read(bytes, 0, at.length, at.start)
  const line = parseLine(bytes.toString('utf8'))
  if (line === undefined || 'checkpoint' in line) throw new Error(`ledger entry ${index} cannot be read back`)
  return { index, ...line }
}
