import type { FileHandle } from 'node:fs/promises'
import { digestOfBytes, hexOfDigest, type Digest } from '../../base/digest.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'

/** What the control plane takes at once is 50,000 lines and 16 MiB; the largest record has about 6 MiB. */
const PART_LINES_MAX = 10_000
const PART_BYTES_MAX = 8 * 1_048_576

const LINE_END = 0x0a
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Letters of a ULID that say when. */
const TIME_LETTERS = 10
const LETTERS = BigInt(CROCKFORD.length)

/** A piece of a segment's file that can be handed over; the whole of it in all but rare cases. */
export interface SegmentPart {
  readonly id: string
  readonly bytes: Buffer
  readonly digest: Digest
  /** Nothing of the file stands behind it. */
  readonly isLast: boolean
}

/**
 * The piece of the file that begins at `from`: whole lines, no more than can be handed over at once. Undefined where a line is
 * longer than that.
 */
export async function readPart(file: FileHandle, id: string, from: number): Promise<SegmentPart | undefined> {
  const { size } = await file.stat()
  const room = Buffer.allocUnsafe(Math.min(Math.max(0, size - from), PART_BYTES_MAX))
  const { bytesRead } = await file.read(room, 0, room.length, from)
  const read = room.subarray(0, bytesRead)
  const bytes = read.subarray(0, endOfPart(read, from + bytesRead >= size))
  const isLast = bytesRead === 0 || from + bytes.length >= size
  if (bytes.length === 0 && !isLast) return undefined
  const digest = digestOfBytes(nodeSha256, bytes)
  return { id: bytes.length === size ? id : partId(id, digest), bytes, digest, isLast }
}

/** `isLast`: nothing of the file stands behind the bytes. */
function endOfPart(bytes: Buffer, isLast: boolean): number {
  let end = 0
  let lines = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, end)) {
    end = at + 1
    lines += 1
    if (lines === PART_LINES_MAX) return end
  }
  return isLast ? bytes.length : end
}

/** A ULID of the segment's own time that is the same each time this part is handed over. */
function partId(id: string, digest: Digest): string {
  let bits = BigInt(`0x${hexOfDigest(digest)}`)
  let letters = ''
  for (let at = TIME_LETTERS; at < id.length; at++) {
    letters += CROCKFORD[Number(bits % LETTERS)] ?? ''
    bits /= LETTERS
  }
  return `${id.slice(0, TIME_LETTERS)}${letters}`
}
