import { textOf } from '../../../base/bytes.ts'
import { gluedRuns } from './glued-runs.ts'
import type { Place } from './place.ts'
import type { Survey } from './survey.ts'
import { RUN_MIN } from './unit-walk.ts'
import { bytesOfHex } from './unescape.ts'

export type Encoding =
  | 'base64'
  | 'base32'
  | 'hex'
  | 'binary'
  | 'character-codes'
  | 'variation-selectors'
  | 'tags'
  | 'escape'
  | 'spaced'
  | 'leet'
  | 'rot13'
  | 'reversed'

/** A piece of a text that decodes to a text of its own. */
export interface EncodedRun {
  readonly encoding: Encoding
  readonly start: number
  readonly end: number
  readonly text: string
}

const DECODED_MIN = 6
/** An encoded run that is longer is decoded up to here; the rest counts as another run, which begins so much before. */
const RUN_MAX = 65_536
/** A value of three thousand characters that crosses the end of one run is whole in the next. Groups of two, four and eight begin alike. */
const OVERLAP = 4_096

/** Runs of the text that decode to readable text, in the order of their places. */
export function* encodedRuns(text: string, { long, codes }: Survey): Generator<EncodedRun> {
  for (let index = 0; index < long.length; index++) {
    const wrapped = wrappedRun(text, long, index)
    if (wrapped !== undefined) {
      yield wrapped.run
      index = wrapped.last
      continue
    }
    const { start, end } = long[index] as Place
    for (let from = start; ; from += RUN_MAX - OVERLAP) {
      yield* decodeToken(text, from, Math.min(end, from + RUN_MAX))
      if (from + RUN_MAX >= end) break
    }
  }
  for (const place of codes) {
    const run = decodeCodes(text, place)
    if (run !== undefined) yield run
  }
}

const LINES_MAX = 1_000
/** A line end, and what stands before a quoted line. */
const LINE_GAP_MAX = 10

/** Base64 in lines of equal length, as MIME and PEM wrap it. */
function wrappedRun(
  text: string,
  long: readonly Place[],
  first: number,
): { readonly run: EncodedRun; readonly last: number } | undefined {
  const { start, end } = long[first] as Place
  let last = first
  let joined = text.slice(start, end)
  while (last + 1 < long.length && last - first < LINES_MAX && joined.length < RUN_MAX) {
    const previous = long[last] as Place
    const next = long[last + 1] as Place
    if (next.start - previous.end > LINE_GAP_MAX || previous.end - previous.start < 40) break
    const gap = text.slice(previous.end, next.start)
    // A line end that is written as an escape begins the next token with its letter.
    const isEscaped = gap === '\\' && text[next.start] === 'n'
    if (!isEscaped && !/^\r?\n[ \t>]{0,8}$/.test(gap)) break
    joined += text.slice(next.start + (isEscaped ? 1 : 0), next.end)
    last += 1
  }
  if (last === first) return undefined
  // The last line may be too short to count as a run of its own.
  const tail = /^\r?\n([A-Za-z0-9+/_-]{1,80})/.exec(
    text.slice((long[last] as Place).end, (long[last] as Place).end + 90),
  )
  if (tail !== null) joined += tail[1] ?? ''
  const decoded = decodeBase64(joined)
  if (decoded === undefined) return undefined
  const stop = (long[last] as Place).end + (tail?.[0].length ?? 0)
  const isCut = last - first >= LINES_MAX || joined.length >= RUN_MAX
  const again = isCut ? Math.ceil(OVERLAP / (end - start)) : 0
  return { run: { encoding: 'base64', start, end: stop, text: decoded }, last: Math.max(first, last - again) }
}

function* decodeToken(text: string, start: number, end: number): Generator<EncodedRun> {
  const whole = decodeOne(text, start, end)
  if (whole !== undefined) {
    yield { ...whole, start, end }
    return
  }
  // A path or a name in front of the encoded part: try what stands between the signs that URLs use.
  let unread = start
  for (let from = start; from < end;) {
    let to = from
    while (to < end && isPartUnit(text.charCodeAt(to))) to += 1
    const decoded = to - from < RUN_MIN || to - from === end - start ? undefined : decodeOne(text, from, to)
    if (decoded !== undefined) {
      // One that can be read says nothing of what stands beside it.
      yield* gluedRuns(text, unread, from)
      yield { ...decoded, start: from, end: to }
      unread = to
    }
    from = to + 1
  }
  yield* gluedRuns(text, unread, end)
}

const isPartUnit = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 43

/** Most runs are none of the three, and are seen to be by their first characters. */
function decodeOne(text: string, start: number, end: number): Pick<EncodedRun, 'encoding' | 'text'> | undefined {
  const mayBeHex =
    isHexUnit(text.charCodeAt(start)) && (isHexUnit(text.charCodeAt(start + 1)) || isX(text.charCodeAt(start + 1)))
  const mayBe64 = startsPrintable(text, start, end)
  const mayBe32 = isBase32Unit(text.charCodeAt(start)) && isBase32Unit(text.charCodeAt(start + 1))
  if (!mayBeHex && !mayBe64 && !mayBe32) return undefined
  const token = text.slice(start, end)
  const hex = mayBeHex ? decodeHex(token) : undefined
  if (hex !== undefined) return { encoding: 'hex', text: hex }
  const base64 = mayBe64 ? decodeBase64(token) : undefined
  if (base64 !== undefined) return { encoding: 'base64', text: base64 }
  const base32 = mayBe32 ? decodeBase32(token) : undefined
  return base32 === undefined ? undefined : { encoding: 'base32', text: base32 }
}

const isHexUnit = (code: number): boolean => (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)
const isX = (code: number): boolean => (code | 32) === 120
const isBase32Unit = (code: number): boolean => (code >= 50 && code <= 55) || ((code | 32) >= 97 && (code | 32) <= 122)

function decodeBase64(run: string): string | undefined {
  // A word of letters of one case decodes to noise; a payload mixes cases, or letters and digits.
  if (!/[A-Z]/.test(run) || !/[a-z0-9]/.test(run)) return undefined
  if (!startsPrintable(run, 0, run.length)) return undefined
  const standard = run.replaceAll('-', '+').replaceAll('_', '/')
  const rest = standard.length % 4
  const fitting = rest === 1 ? standard.slice(0, -1) : standard
  const binary = atob(fitting + '='.repeat((4 - (fitting.length % 4)) % 4))
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
  return printable(bytes) ?? printableWide(bytes)
}

const SIXTY_FOUR = new Int8Array(128).fill(-1)
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  SIXTY_FOUR[char.charCodeAt(0)] = value
// In URLs two others stand for the last two.
SIXTY_FOUR[45] = 62
SIXTY_FOUR[95] = 63

/** The first nine bytes tell noise from text in most cases, without decoding the rest; a NUL may be UTF-16. */
function startsPrintable(run: string, start: number, end: number): boolean {
  for (let at = start; at + 4 <= end && at < start + 12; at += 4) {
    const group = groupAt(run, at)
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (group >> shift) & 0xff
      if (byte !== 0 && (byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return false
    }
  }
  return startsText(run, start, end)
}

const HEAD = new Uint8Array(36)

/** The first bytes may be UTF-8, or letters of UTF-16: of noise, next to nothing is. */
function startsText(run: string, start: number, end: number): boolean {
  let count = 0
  for (let at = start; at + 4 <= end && count < HEAD.length; at += 4) {
    const group = groupAt(run, at)
    HEAD[count++] = group >> 16
    HEAD[count++] = group >> 8
    HEAD[count++] = group
  }
  if (count < 4 || (HEAD[1] === 0 && HEAD[3] === 0)) return true
  for (let index = 0; index < count; index++) {
    const byte = HEAD[index] as number
    if (byte < 0x80) continue
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
    if (byte < 0xc2 || byte > 0xf4) return false
    if (index + more >= count) return true
    for (let step = 1; step <= more; step++) if (((HEAD[index + step] as number) & 0xc0) !== 0x80) return false
    index += more
  }
  return true
}

const groupAt = (run: string, at: number): number =>
  ((SIXTY_FOUR[run.charCodeAt(at)] as number) << 18) |
  ((SIXTY_FOUR[run.charCodeAt(at + 1)] as number) << 12) |
  ((SIXTY_FOUR[run.charCodeAt(at + 2)] as number) << 6) |
  (SIXTY_FOUR[run.charCodeAt(at + 3)] as number)

function decodeHex(run: string): string | undefined {
  const digits = run.startsWith('0x') || run.startsWith('0X') ? run.slice(2) : run
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]{16,65536}$/.test(digits)) return undefined
  return printable(bytesOfHex(digits, 2, 0))
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function decodeBase32(run: string): string | undefined {
  if (run.length < 24 || !/^(?:[A-Z2-7]{24,65536}|[a-z2-7]{24,65536})$/.test(run)) return undefined
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const char of run.toUpperCase()) {
    value = ((value << 5) | BASE32.indexOf(char)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >> bits) & 0xff)
  }
  return printable(Uint8Array.from(bytes))
}

function decodeCodes(text: string, { start, end }: Place): EncodedRun | undefined {
  const tokens = text.slice(start, Math.min(end, start + RUN_MAX)).match(/[0-9a-zA-Z]{2,8}/g) ?? []
  const values = tokens.map((token) => token.replace(/^0x/i, ''))
  const read = (radix: number): string | undefined =>
    printable(Uint8Array.from(values, (value) => Math.min(255, Number.parseInt(value, radix))))
  if (values.every((value) => /^[01]{8}$/.test(value))) {
    const binary = read(2)
    return binary === undefined ? undefined : { encoding: 'binary', start, end, text: binary }
  }
  const decimal = values.every((value) => /^[0-9]{2,3}$/.test(value)) ? readable(read(10)) : undefined
  if (decimal !== undefined) return { encoding: 'character-codes', start, end, text: decimal }
  const hex = values.every((value) => /^[0-9a-fA-F]{2}$/.test(value)) ? readable(read(16)) : undefined
  return hex === undefined ? undefined : { encoding: 'hex', start, end, text: hex }
}

/** Numbers decode to some characters always; only mostly letters, digits and spaces count as a text. */
function readable(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const plain = text.match(/[A-Za-z0-9 ]/g)?.length ?? 0
  return plain * 10 >= text.length * 7 && /[A-Za-z]{3}|[0-9]{4}|@/.test(text) ? text : undefined
}

/** Text only if the bytes are UTF-8 and almost wholly printable. */
function printable(bytes: Uint8Array): string | undefined {
  if (bytes.length < DECODED_MIN) return undefined
  for (let index = 0; index < Math.min(8, bytes.length); index++) {
    const byte = bytes[index] as number
    if (byte < 9 || (byte > 13 && byte < 32)) return undefined
  }
  const text = isUtf8(bytes) ? textOf(bytes) : undefined
  if (text === undefined) return undefined
  let odd = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) odd += 1
  }
  return odd * 20 <= text.length ? text : undefined
}

/** Cheap look at the shape of the sequences, so that noise does not reach the decoder; the decoder has the last word. */
function isUtf8(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte < 0x80) continue
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
    if (byte < 0xc2 || byte > 0xf4 || index + more >= bytes.length) return false
    for (let step = 1; step <= more; step++) if (((bytes[index + step] as number) & 0xc0) !== 0x80) return false
    index += more
  }
  return true
}

/** UTF-16LE, as PowerShell takes encoded commands. */
function printableWide(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2 * DECODED_MIN || bytes[1] !== 0 || bytes[3] !== 0) return undefined
  const narrow = new Uint8Array(bytes.length >> 1)
  for (let index = 0; index < narrow.length; index++) {
    if (bytes[2 * index + 1] !== 0) return undefined
    narrow[index] = bytes[2 * index] as number
  }
  return printable(narrow)
}
