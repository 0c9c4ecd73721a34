import { textOf } from '../../../base/bytes.ts'

const DECODED_MIN = 6
/** The first bytes of a text hold no control character. */
const HEAD = 8

const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32)

/** Text only if the bytes are UTF-8 and almost wholly printable. */
export function printable(bytes: Uint8Array): string | undefined {
  if (bytes.length < DECODED_MIN || !startsPrintable(bytes, bytes.length)) return undefined
  const odd = oddBytes(bytes)
  // No text has more units than bytes.
  if (odd < 0 || odd * 20 > bytes.length) return undefined
  const text = textOf(bytes)
  return text === undefined || odd * 20 > text.length ? undefined : text
}

/** Whether no control character is among the first of `count` bytes. */
function startsPrintable(bytes: Uint8Array, count: number): boolean {
  for (let index = 0; index < HEAD && index < count; index++) if (isControl(bytes[index] as number)) return false
  return true
}

/** What is printable begins with such bytes; `count` of them are known, and more may follow. */
export function mayBePrintable(head: Uint8Array, count: number): boolean {
  return startsPrintable(head, count) && startsUtf8(head, count)
}

/** The first bytes may be UTF-8: of noise, next to nothing is. */
export function startsUtf8(head: Uint8Array, count: number): boolean {
  for (let index = 0; index < count; index++) {
    const byte = head[index] as number
    if (byte < 0x80) continue
    const more = furtherBytes(byte)
    if (more === 0) return false
    if (index + more >= count) return true
    if (!isContinued(head, index, more)) return false
    index += more
  }
  return true
}

/** Whether the sequences have the shape of UTF-8: noise does not reach the decoder then, which has the last word. */
export function isUtf8Like(bytes: Uint8Array): boolean {
  return oddBytes(bytes) >= 0
}

/** How many characters nobody sees; -1 for noise. */
function oddBytes(bytes: Uint8Array): number {
  let odd = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte < 0x80) {
      if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) odd += 1
      continue
    }
    const more = furtherBytes(byte)
    if (more === 0 || index + more >= bytes.length || !isContinued(bytes, index, more)) return -1
    index += more
  }
  return odd
}

/** Bytes that follow the first of a character beyond ASCII; 0 where none begins with it. */
function furtherBytes(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 0
  return byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
}

function isContinued(bytes: Uint8Array, index: number, more: number): boolean {
  for (let step = 1; step <= more; step++) if (((bytes[index + step] as number) & 0xc0) !== 0x80) return false
  return true
}

/** UTF-16LE, as PowerShell takes encoded commands. */
export function printableWide(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2 * DECODED_MIN || bytes[1] !== 0 || bytes[3] !== 0) return undefined
  const narrow = new Uint8Array(bytes.length >> 1)
  for (let index = 0; index < narrow.length; index++) {
    if (bytes[2 * index + 1] !== 0) return undefined
    narrow[index] = bytes[2 * index] as number
  }
  return printable(narrow)
}
