import { textOf } from '../../../base/bytes.ts'
import { BASE64_DIGITS, HEX_DIGITS, NO_DIGIT, type Digits } from './digit-values.ts'
import { narrowStretches } from './narrow-stretches.ts'
import type { Place } from './place.ts'
import { byteAt, type Bytes, type Stretch } from './shifted-bytes.ts'
import { wideStretches } from './wide-stretches.ts'

interface GluedRun extends Place {
  readonly encoding: 'base64' | 'hex'
  readonly text: string
}

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
