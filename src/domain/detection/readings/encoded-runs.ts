import { decodeCodes } from './character-codes.ts'
import {
  BASE32_DIGITS,
  BASE64_DIGITS,
  decodeDigits,
  digitAt,
  HEX_DIGITS,
  isHexAt,
  type DigitRun,
} from './digit-values.ts'
import { gluedRuns } from './glued-runs.ts'
import type { Place } from './place.ts'
import { mayBePrintable, printable, printableWide, startsUtf8 } from './printable.ts'
import type { Survey } from './survey.ts'
import { RUN_MIN } from './unit-walk.ts'

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
  for (const { start, end } of codes) {
    const decoded = decodeCodes(text, start, Math.min(end, start + RUN_MAX))
    if (decoded !== undefined) yield { ...decoded, start, end }
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
  const decoded = decodeBase64({ text: joined, start: 0, end: joined.length })
  if (decoded === undefined) return undefined
  const stop = (long[last] as Place).end + (tail?.[0].length ?? 0)
  const isCut = last - first >= LINES_MAX || joined.length >= RUN_MAX
  const again = isCut ? Math.ceil(OVERLAP / (end - start)) : 0
  return { run: { encoding: 'base64', start, end: stop, text: decoded }, last: Math.max(first, last - again) }
}

/** What a token says as a whole; else what its parts say, and what reads as text somewhere within it. */
function decodeToken(text: string, start: number, end: number): readonly EncodedRun[] {
  const whole = decodeOne({ text, start, end })
  if (whole !== undefined) return [{ ...whole, start, end }]
  if (!hasParts(text.slice(start, end))) return gluedRuns(text, start, end)
  // A path or a name in front of the encoded part: try what stands between the signs that URLs use.
  let found: EncodedRun[] | undefined
  let unread = start
  for (let from = start; from < end;) {
    let to = from
    while (to < end && isPartUnit(text.charCodeAt(to))) to += 1
    const decoded =
      to - from < RUN_MIN || to - from === end - start ? undefined : decodeOne({ text, start: from, end: to })
    if (decoded !== undefined) {
      // One that can be read says nothing of what stands beside it.
      found ??= []
      found.push(...gluedRuns(text, unread, from), { ...decoded, start: from, end: to })
      unread = to
    }
    from = to + 1
  }
  const glued = gluedRuns(text, unread, end)
  return found === undefined ? glued : [...found, ...glued]
}

const hasParts = (token: string): boolean => token.includes('/') || token.includes('-') || token.includes('_')

/** A letter, a digit or a plus. */
const isPartUnit = (code: number): boolean => code < 128 && IS_PART[code] === 1
const IS_PART = Uint8Array.from(BASE64_DIGITS.values, (value, code) => (value < 62 || code === 43 ? 1 : 0))

/** Most runs are none of the three, and are seen to be by their first characters. */
function decodeOne(run: DigitRun): Pick<EncodedRun, 'encoding' | 'text'> | undefined {
  const hex = decodeHex(run)
  if (hex !== undefined) return { encoding: 'hex', text: hex }
  const base64 = decodeBase64(run)
  if (base64 !== undefined) return { encoding: 'base64', text: base64 }
  const base32 = decodeBase32(run)
  return base32 === undefined ? undefined : { encoding: 'base32', text: base32 }
}

function decodeBase64(run: DigitRun): string | undefined {
  if (!startsBase64(run) || !mixesCases(run)) return undefined
  const { start, end } = run
  const rest = (end - start) % 4
  const bytes = new Uint8Array(((end - start) >> 2) * 3 + (rest < 2 ? 0 : rest - 1))
  decodeDigits(bytes, run, BASE64_DIGITS)
  return printable(bytes) ?? printableWide(bytes)
}

/** A word of letters of one case decodes to noise; a payload mixes cases, or letters and digits. */
function mixesCases({ text, start, end }: DigitRun): boolean {
  let hasUpper = false
  let hasOther = false
  for (let at = start; at < end && !(hasUpper && hasOther); at++) {
    const value = digitAt(BASE64_DIGITS, text, at)
    hasUpper ||= value < 26
    hasOther ||= value >= 26 && value < 62
  }
  return hasUpper && hasOther
}

/** The first bytes of a run: they tell noise from text in most cases, without decoding the rest. So many hold no control character. */
const PRINTED_64 = new Uint8Array(9)
const HEAD_64 = new Uint8Array(36)
const HEAD_HEX = new Uint8Array(16)
const HEAD_32 = new Uint8Array(15)

/** UTF-8, or letters of UTF-16, half of whose bytes are NUL. */
function startsBase64({ text, start, end }: DigitRun): boolean {
  const groups = { text, start, end: end - ((end - start) % 4) }
  const printed = decodeDigits(PRINTED_64, groups, BASE64_DIGITS)
  for (let index = 0; index < printed; index++) {
    const byte = PRINTED_64[index] as number
    if (byte !== 0 && (byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return false
  }
  const count = decodeDigits(HEAD_64, groups, BASE64_DIGITS)
  return count < 4 || (HEAD_64[1] === 0 && HEAD_64[3] === 0) || startsUtf8(HEAD_64, count)
}

const HEX_MIN = 16

function decodeHex({ text, start, end }: DigitRun): string | undefined {
  const isPrefixed = text.charCodeAt(start) === 48 && (text.charCodeAt(start + 1) | 32) === 120
  const run = isPrefixed ? { text, start: start + 2, end } : { text, start, end }
  const length = end - run.start
  if (length % 2 !== 0 || length < HEX_MIN || length > RUN_MAX || !isHexAt(text, run.start)) return undefined
  const head = decodeDigits(HEAD_HEX, run, HEX_DIGITS)
  if (head < 0 || !mayBePrintable(HEAD_HEX, head)) return undefined
  const bytes = new Uint8Array(length >> 1)
  return decodeDigits(bytes, run, HEX_DIGITS) < 0 ? undefined : printable(bytes)
}

const BASE32_MIN = 24

function decodeBase32(run: DigitRun): string | undefined {
  const length = run.end - run.start
  if (length < BASE32_MIN || length > RUN_MAX) return undefined
  const head = decodeDigits(HEAD_32, run, BASE32_DIGITS)
  if (head < 0 || !mayBePrintable(HEAD_32, head) || !isOfOneCase(run)) return undefined
  const bytes = new Uint8Array((length * 5) >> 3)
  return decodeDigits(bytes, run, BASE32_DIGITS) < 0 ? undefined : printable(bytes)
}

function isOfOneCase({ text, start, end }: DigitRun): boolean {
  let cases = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    cases |= code >= 97 ? 2 : code >= 65 ? 1 : 0
  }
  return cases !== 3
}
