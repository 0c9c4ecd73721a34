import { textOf } from '../../../base/bytes.ts'
import { textOfUnits } from '../../../base/utf16.ts'
import { BASE64_DIGITS, HEX_DIGITS, NO_DIGIT, type Digits } from './digit-values.ts'
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
  const length = end - start
  if (length < RUN_MIN) return NONE
  const chars = charsOf(text, start, end)
  const found: GluedRun[] = []
  const read = (from: number, to: number, digits: Digits): void =>
    readGroupings(found, { chars: chars.subarray(from, to), start: start + from }, digits)
  let from = 0
  for (let hex = hexRunFrom(chars, 0); hex !== undefined; hex = hexRunFrom(chars, hex.end)) {
    const before = found.length
    read(hex.start, hex.end, HEX_DIGITS)
    if (found.length === before) continue
    // What stands before it, and what stands behind, may still be base64.
    if (hex.start - from >= RUN_MIN) read(from, hex.start, BASE64_DIGITS)
    from = hex.end
  }
  if (length - from >= RUN_MIN) read(from, length, BASE64_DIGITS)
  return found
}

const NONE: readonly never[] = []

const encoder = new TextEncoder()
/** The characters of the run that is read: all of ASCII, and read several times. */
const CHARS = new Uint8Array(65_536)
/** Fewer are copied in less time than a call of the encoder takes. */
const ENCODED_FROM = 48

function charsOf(text: string, start: number, end: number): Uint8Array {
  const chars = CHARS.subarray(0, end - start)
  if (chars.length >= ENCODED_FROM) encoder.encodeInto(text.slice(start, end), chars)
  else for (let at = 0; at < chars.length; at++) chars[at] = text.charCodeAt(start + at)
  return chars
}

/** The next long run of hexadecimal digits: it holds one of each sixteen places. */
function hexRunFrom(chars: Uint8Array, from: number): Place | undefined {
  let least = from
  for (let at = from + RUN_MIN - 1; at < chars.length; at += RUN_MIN) {
    if (!isHex(chars, at)) {
      least = at + 1
      continue
    }
    let start = at
    while (start > least && isHex(chars, start - 1)) start -= 1
    let end = at + 1
    while (end < chars.length && isHex(chars, end)) end += 1
    if (end - start >= RUN_MIN) return { start, end }
    at = end
    least = end + 1
  }
  return undefined
}

const isHex = (chars: Uint8Array, at: number): boolean => HEX_DIGITS.values[chars[at] as number] !== NO_DIGIT

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

/** Digits, and where in a text they begin. */
interface Run {
  readonly chars: Uint8Array
  readonly start: number
}

/** Adds the texts of each way in which the digits may be grouped. */
function readGroupings(found: GluedRun[], { chars, start }: Run, digits: Digits): void {
  const { bits } = digits
  const source = SOURCE.subarray(0, ((chars.length * bits) >> 3) + 2)
  fillBytes(source, chars, digits)
  const encoding = bits === 4 ? 'hex' : 'base64'
  // Groups begin anew after two digits of four bits, and after four of six.
  for (let first = 0; first < (bits === 4 ? 2 : 4); first++) {
    const bit = first * bits
    const bytes = { source, offset: bit >> 3, shift: bit & 7, count: ((chars.length - first) * bits) >> 3 }
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
function fillBytes(source: Uint8Array, chars: Uint8Array, { bits, values }: Digits): void {
  let count = 0
  let held = 0
  let have = 0
  for (let at = 0; at < chars.length; at++) {
    held = ((held << bits) | (values[chars[at] as number] as number)) & 0xffff
    have += bits
    if (have < 8) continue
    have -= 8
    source[count++] = held >> have
  }
  source[count] = held << (8 - have)
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
  const found = wideRuns(bytes)
  if (found === undefined) return NONE
  return WIDE_FORMS.flatMap(({ high, other }, form) =>
    unbeaten(found[form] ?? NONE, found[other] ?? NONE).map(({ from, to }) => {
      const units = new Uint16Array((to - from) / 2)
      for (let unit = 0; unit < units.length; unit++) units[unit] = unitOf(bytes, from + 2 * unit, high)
      return { from, to, text: textOfUnits(units) }
    }),
  )
}

/** Where in its unit the higher byte stands, and the form that the same text has in the other order. */
const WIDE_FORMS = [
  { high: 1, other: 1 },
  { high: 0, other: 0 },
  { high: 1, other: 3 },
  { high: 0, other: 2 },
] as const

/**
 * Runs of units, every second of them from an even or odd byte on, by their form. One that counts holds an eighth unit, so that three
 * bytes of each sixteen tell whether one of any form may be there; undefined where none is.
 */
function wideRuns(bytes: Bytes): readonly Stretch[][] | undefined {
  const { count } = bytes
  let runs: Stretch[][] | undefined
  const take = (form: number, at: number): void => {
    const run = wideRunAt(bytes, at, form % 2 === 0 ? 1 : 0)
    if (run === undefined) return
    const own = ((runs ??= [[], [], [], []])[form] ??= [])
    if ((own.at(-1)?.to ?? 0) <= run.from) own.push(run)
  }
  for (let at = 2 * (WIDE_MIN - 1); at + 1 < count; at += 2 * WIDE_MIN) {
    const isBehind = at + 2 < count
    if (byteAt(bytes, at + 1) < WIDE_HIGH) {
      take(0, at)
      if (isBehind) take(1, at + 1)
    }
    if (isBehind && byteAt(bytes, at + 2) < WIDE_HIGH) take(2, at + 1)
    if (byteAt(bytes, at) < WIDE_HIGH) take(3, at)
  }
  return runs
}

/** The run around a unit; undefined where it is too short. */
function wideRunAt(bytes: Bytes, at: number, high: 0 | 1): Stretch | undefined {
  const isWideAt = (unit: number): boolean =>
    byteAt(bytes, unit + high) < WIDE_HIGH && isWide(unitOf(bytes, unit, high))
  if (!isWideAt(at)) return undefined
  let from = at
  while (from >= 2 && isWideAt(from - 2)) from -= 2
  let to = at + 2
  while (to + 1 < bytes.count && isWideAt(to)) to += 2
  return to - from < 2 * WIDE_MIN ? undefined : { from, to }
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
