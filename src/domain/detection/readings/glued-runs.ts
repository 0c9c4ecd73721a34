import { textOf } from '../../../base/bytes.ts'
import { textOfUnits } from '../../../base/utf16.ts'
import {
  BASE64_DIGITS,
  decodeDigits,
  digitAt,
  HEX_DIGITS,
  isHexAt,
  type DigitRun,
  type Digits,
} from './digit-values.ts'
import type { Place } from './place.ts'

interface GluedRun extends Place {
  readonly encoding: 'base64' | 'hex'
  readonly text: string
}

/** Shorter readable stretches are chance: of noise one byte in five hundred thousand begins one of base64. */
const STRETCH_MIN = 12
/** A whole run of hexadecimal digits may be shorter. */
const WHOLE_MIN = 8

/** Fewer characters hold no stretch that counts. */
const RUN_MIN = 16

/**
 * What reads as text within a run that does not decode as a whole, because something is glued to it, before or behind: each of the two
 * or four ways in which its characters may be grouped is read once. Linear; `text[start, end)` is 65,536 units at most.
 */
export function gluedRuns(text: string, start: number, end: number): readonly GluedRun[] {
  if (end - start < RUN_MIN) return NONE
  const found: GluedRun[] = []
  let from = start
  for (let hex = hexRunFrom(text, start, end); hex !== undefined; hex = hexRunFrom(text, hex.end, end)) {
    const before = found.length
    readGroupings(found, { text, ...hex }, HEX_DIGITS)
    if (found.length === before) continue
    // What stands before it, and what stands behind, may still be base64.
    if (hex.start - from >= RUN_MIN) readGroupings(found, { text, start: from, end: hex.start }, BASE64_DIGITS)
    from = hex.end
  }
  if (end - from >= RUN_MIN) readGroupings(found, { text, start: from, end }, BASE64_DIGITS)
  return found
}

const NONE: readonly never[] = []

/** The next long run of hexadecimal digits: it holds one of each sixteen places. */
function hexRunFrom(text: string, from: number, to: number): Place | undefined {
  let least = from
  for (let at = from + RUN_MIN - 1; at < to; at += RUN_MIN) {
    if (!isHexAt(text, at)) {
      least = at + 1
      continue
    }
    let start = at
    while (start > least && isHexAt(text, start - 1)) start -= 1
    let end = at + 1
    while (end < to && isHexAt(text, end)) end += 1
    if (end - start >= RUN_MIN) return { start, end }
    at = end
    least = end + 1
  }
  return undefined
}

/** The bytes from some bit of others on: a grouping that begins a character later begins four or six bits later. */
interface Bytes {
  readonly source: Uint8Array
  readonly offset: number
  readonly shift: number
  readonly count: number
}

const byteAt = ({ source, offset, shift }: Bytes, at: number): number =>
  ((((source[offset + at] as number) << 8) | (source[offset + at + 1] as number)) >> (8 - shift)) & 0xff

/** What runs of digits say, one at a time, and two bytes more. */
const SOURCE = new Uint8Array((65_536 * 6) / 8 + 2)

/** Adds the texts of each way in which the digits may be grouped. */
function readGroupings(found: GluedRun[], run: DigitRun, digits: Digits): void {
  const { start, end } = run
  const { bits } = digits
  const source = SOURCE.subarray(0, (((end - start) * bits) >> 3) + 2)
  fillBytes(source, run, digits)
  const encoding = bits === 4 ? 'hex' : 'base64'
  // Groups begin anew after two digits of four bits, and after four of six.
  for (let first = 0; first < (bits === 4 ? 2 : 4); first++) {
    const bit = first * bits
    const bytes = { source, offset: bit >> 3, shift: bit & 7, count: ((end - start - first) * bits) >> 3 }
    const placeOf = ({ from, to }: Stretch): Place => ({
      start: start + first + Math.floor((from * 8) / bits),
      end: start + first + Math.ceil((to * 8) / bits),
    })
    for (const stretch of narrowStretches(bytes, bits === 4)) {
      const text = narrowText(bytes, stretch)
      if (text !== undefined) found.push({ encoding, ...placeOf(stretch), text })
    }
    for (const stretch of wideStretches(bytes)) found.push({ encoding, ...placeOf(stretch), text: stretch.text })
  }
}

/** What the digits say from the first on, the bits that are left over, and a byte more. */
function fillBytes(source: Uint8Array, run: DigitRun, digits: Digits): void {
  const { text, end } = run
  const { bits } = digits
  const count = decodeDigits(source.subarray(0, source.length - 2), run, digits)
  const left = ((end - run.start) * bits) & 7
  source[count] = left === 0 ? 0 : digitAt(digits, text, end - 1) << (8 - left)
  source[count + 1] = 0
}

function narrowText(bytes: Bytes, { from, to }: Stretch): string | undefined {
  const own = new Uint8Array(to - from)
  for (let at = from; at < to; at++) own[at - from] = byteAt(bytes, at)
  return textOf(own)
}

/** Bytes `[from, to)`. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** Of a byte: in no text, a character by itself, within one, the first of one. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x80) return (byte > 31 && byte < 127) || byte === 9 || byte === 10 || byte === 13 ? 1 : 0
  if (byte < 0xc0) return 2
  return byte >= 0xc2 && byte <= 0xf4 ? 3 : 0
})

const NO_TEXT = 0
const ALONE = 1
const WITHIN = 2
const FIRST = 3

/** One bit for each kind that stands behind no byte of the kind: a text has no such two bytes beside each other. */
const BREAKS = Uint8Array.of(
  0b1111,
  (1 << NO_TEXT) | (1 << WITHIN),
  1 << NO_TEXT,
  (1 << NO_TEXT) | (1 << ALONE) | (1 << FIRST),
)

const isBroken = (before: number, behind: number): boolean => (((BREAKS[before] as number) >> behind) & 1) === 1

/**
 * Stretches of UTF-8. What is too short is passed by from its far end: of noise nearly every other pair of bytes stands in no text, so
 * that most of it is never looked at.
 */
function narrowStretches(bytes: Bytes, isHex: boolean): readonly Stretch[] {
  const { count } = bytes
  let found: Stretch[] | undefined
  let from = 0
  for (let at = 0; at <= count;) {
    const least = isHex && from === 0 ? WHOLE_MIN : STRETCH_MIN
    if (at === from) {
      const behind = brokenBefore(bytes, at, at + least)
      if (behind > at) {
        from = at = behind
        continue
      }
    }
    const length = at < count ? unitsAt(bytes, at, count) : 0
    if (length > 0) {
      at += length
      continue
    }
    const isWhole = isHex && from === 0 && at === count
    if (at - from >= (isWhole ? WHOLE_MIN : STRETCH_MIN)) (found ??= []).push({ from, to: at })
    from = at += 1
  }
  return found ?? NONE
}

/** No character has more bytes behind its first. */
const WITHIN_MAX = 3

/**
 * Behind the last bytes of `[from, to)` that stand in no text: two that do not go together, or too many that stand within a character;
 * `from` where there are none. Nothing that is short enough begins before.
 */
function brokenBefore(bytes: Bytes, from: number, to: number): number {
  if (to > bytes.count) return bytes.count + 1
  let behind = KINDS[byteAt(bytes, to - 1)] as number
  let within = behind === WITHIN ? 1 : 0
  for (let at = to - 2; at >= from; at--) {
    const kind = KINDS[byteAt(bytes, at)] as number
    if (isBroken(kind, behind)) return at + 1
    within = kind === WITHIN ? within + 1 : 0
    if (within > WITHIN_MAX) return at + within
    behind = kind
  }
  return from
}

/** Of noise one unit in seventy is one that these texts have. */
const WIDE_MIN = 8
/** Greek to Hebrew letters end below U+0600: further up, noise has too many units that mean something. */
const WIDE_HIGH = 0x06

interface WideStretch extends Stretch {
  readonly text: string
}

/**
 * Stretches of UTF-16, which begin at any byte. In one byte order a text looks like its own other order a byte on, less or more a
 * unit: of the two the longer counts, and both where they are equal.
 */
function wideStretches(bytes: Bytes): readonly WideStretch[] {
  let found: WideStretch[] | undefined
  for (let first = 0; first < 2; first++) {
    const orders = [wideRuns(bytes, first, 1), wideRuns(bytes, 1 - first, 0)] as const
    for (const order of [0, 1] as const)
      for (const { from, to } of unbeaten(orders[order], orders[1 - order] as readonly Stretch[])) {
        const units = new Uint16Array((to - from) / 2)
        for (let unit = 0; unit < units.length; unit++) units[unit] = unitOf(bytes, from + 2 * unit, 1 - order)
        found ??= []
        found.push({ from, to, text: textOfUnits(units) })
      }
  }
  return found ?? NONE
}

/** Runs of units from a byte on, every second; `high`: where in its unit the higher byte stands. One that counts holds an eighth unit. */
function wideRuns(bytes: Bytes, first: number, high: number): readonly Stretch[] {
  let runs: Stretch[] | undefined
  const isWideAt = (at: number): boolean => byteAt(bytes, at + high) < WIDE_HIGH && isWide(unitOf(bytes, at, high))
  let least = first
  for (let at = first + 2 * (WIDE_MIN - 1); at + 1 < bytes.count; at += 2 * WIDE_MIN) {
    if (!isWideAt(at)) {
      least = at + 2
      continue
    }
    let from = at
    while (from - 2 >= least && isWideAt(from - 2)) from -= 2
    let to = at + 2
    while (to + 1 < bytes.count && isWideAt(to)) to += 2
    if (to - from >= 2 * WIDE_MIN) (runs ??= []).push({ from, to })
    least = to + 2
    at = to
  }
  return runs ?? NONE
}

/** Those that no longer one of the others overlaps; both lists are in order. */
function unbeaten(some: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  if (some.length === 0 || others.length === 0) return some
  let next = 0
  return some.filter((one) => {
    let isBeaten = false
    while ((others[next]?.to ?? Infinity) <= one.from) next += 1
    for (let at = next; at < others.length; at++) {
      const { from, to } = others[at] as Stretch
      if (from >= one.to) break
      isBeaten ||= to - from > one.to - one.from
    }
    return !isBeaten
  })
}

const unitOf = (bytes: Bytes, at: number, high: number): number =>
  (byteAt(bytes, at + high) << 8) | byteAt(bytes, at + 1 - high)

function isWide(code: number): boolean {
  if (code < 0x80) return (code > 31 && code < 127) || code === 9 || code === 10 || code === 13
  // Text of ASCII that is grouped wrongly looks like letters that no language here needs, but for two pairs of Romanian.
  return (code >= 0xa0 && code < 0x180) || code >= 0x370 || (code >= 0x218 && code <= 0x21b)
}

/** Longer than need be, half a pair, or beyond Unicode (RFC 3629): the decoder would refuse the whole stretch. */
function isIllFormed(first: number, second: number): boolean {
  if (first === 0xe0) return second < 0xa0
  if (first === 0xed) return second > 0x9f
  return (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)
}

/** Bytes of the character of UTF-8 there; 0 for none, or one that no text has. */
function unitsAt(bytes: Bytes, at: number, count: number): number {
  const byte = byteAt(bytes, at)
  const kind = KINDS[byte] as number
  if (kind < 2) return kind
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
  if (kind === 2 || at + length > count) return 0
  if (isIllFormed(byte, byteAt(bytes, at + 1))) return 0
  for (let step = 1; step < length; step++) if (KINDS[byteAt(bytes, at + step)] !== 2) return 0
  return length
}
