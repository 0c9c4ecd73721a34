import { textOf } from '../../../base/bytes.ts'
import { textOfUnits } from '../../../base/utf16.ts'
import type { Place } from './place.ts'

interface GluedRun extends Place {
  readonly encoding: 'base64' | 'hex'
  readonly text: string
}

/** Shorter readable stretches are chance: of noise one byte in five hundred thousand begins one of base64. */
const STRETCH_MIN = 12
/** A whole run of hexadecimal digits may be shorter. */
const WHOLE_MIN = 8
const NO_DIGIT = -1

const SIXTY_FOUR = digits('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '-_')
const SIXTEEN = digits('0123456789abcdef', 'ABCDEF')

/** The second spelling is that of the last digits. */
function digits(alphabet: string, others: string): Int8Array {
  const values = new Int8Array(128).fill(NO_DIGIT)
  for (const [value, char] of [...alphabet].entries()) values[char.charCodeAt(0)] = value
  for (const [index, char] of [...others].entries())
    values[char.charCodeAt(0)] = alphabet.length - others.length + index
  return values
}

/**
 * What reads as text within a run that does not decode as a whole, because something is glued to it, before or behind: each of the two
 * or four ways in which its characters may be grouped is read once. Linear; `text[start, end)` is 65,536 units at most.
 */
export function* gluedRuns(text: string, start: number, end: number): Generator<GluedRun> {
  let isHex = false
  for (const { 0: run, index } of text.slice(start, end).matchAll(HEX_RUN))
    for (const found of stretches(text, { from: start + index, to: start + index + run.length, bits: 4 })) {
      isHex = true
      yield found
    }
  if (!isHex) yield* stretches(text, { from: start, to: end, bits: 6 })
}

const HEX_RUN = /[0-9a-fA-F]{16,65536}/g

interface Grouping {
  readonly from: number
  readonly to: number
  readonly bits: 4 | 6
}

function* stretches(text: string, { from, to, bits }: Grouping): Generator<GluedRun> {
  const values = bits === 4 ? SIXTEEN : SIXTY_FOUR
  const bytes = new Uint8Array(((to - from) * bits) >> 3)
  // Groups begin anew after two digits of four bits, and after four of six.
  for (let first = from; first < from + (bits === 4 ? 2 : 4); first++) {
    let count = 0
    let held = 0
    let have = 0
    for (let at = first; at < to; at++) {
      held = ((held << bits) | (values[text.charCodeAt(at)] ?? 0)) & 0xffff
      have += bits
      if (have < 8) continue
      have -= 8
      bytes[count++] = held >> have
    }
    const shift = (index: number): number => first + Math.floor((index * 8) / bits)
    const encoding = bits === 4 ? 'hex' : 'base64'
    for (const { from: begin, to: at } of narrowStretches(bytes, count, bits === 4)) {
      const found = textOf(bytes.subarray(begin, at))
      if (found === undefined) continue
      yield { encoding, start: shift(begin), end: first + Math.ceil((at * 8) / bits), text: found }
    }
    for (const { from: begin, to: at, text: found } of wideStretches(bytes, count))
      yield { encoding, start: shift(begin), end: first + Math.ceil((at * 8) / bits), text: found }
  }
}

/** Bytes `[from, to)`. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** Stretches of UTF-8. */
function* narrowStretches(bytes: Uint8Array, count: number, isHex: boolean): Generator<Stretch> {
  let from = 0
  for (let at = 0; at <= count;) {
    const length = at < count ? unitsAt(bytes, at, count) : 0
    if (length > 0) {
      at += length
      continue
    }
    const isWhole = isHex && from === 0 && at === count
    if (at - from >= (isWhole ? WHOLE_MIN : STRETCH_MIN)) yield { from, to: at }
    from = at += 1
  }
}

/** Of noise one unit in seventy is one that these texts have. */
const WIDE_MIN = 8
/** Greek to Hebrew letters end below U+0600: further up, noise has too many units that mean something. */
const WIDE_HIGH = 0x06

/**
 * Stretches of UTF-16, which begin at any byte. In one byte order a text looks like its own other order a byte on, less or more a
 * unit: of the two the longer counts, and both where they are equal.
 */
function* wideStretches(bytes: Uint8Array, count: number): Generator<Stretch & { readonly text: string }> {
  for (let first = 0; first < 2; first++) {
    const orders = [wideRuns(bytes, count, first, 1), wideRuns(bytes, count, 1 - first, 0)] as const
    for (const order of [0, 1] as const)
      for (const { from, to } of unbeaten(orders[order], orders[1 - order] as readonly Stretch[])) {
        const units = new Uint16Array((to - from) / 2)
        for (let unit = 0; unit < units.length; unit++) units[unit] = unitOf(bytes, from + 2 * unit, 1 - order)
        yield { from, to, text: textOfUnits(units) }
      }
  }
}

/** Runs of units from a byte on, every second; `high`: where in its unit the higher byte stands. */
function wideRuns(bytes: Uint8Array, count: number, first: number, high: number): readonly Stretch[] {
  const runs: Stretch[] = []
  for (let at = first; at + 1 < count; at += 2) {
    const from = at
    while (at + 1 < count && (bytes[at + high] as number) < WIDE_HIGH && isWide(unitOf(bytes, at, high))) at += 2
    if (at - from >= 2 * WIDE_MIN) runs.push({ from, to: at })
  }
  return runs
}

/** Those that no longer one of the others overlaps; both lists are in order. */
function* unbeaten(some: readonly Stretch[], others: readonly Stretch[]): Generator<Stretch> {
  let next = 0
  for (const one of some) {
    let isBeaten = false
    while ((others[next]?.to ?? Infinity) <= one.from) next += 1
    for (let at = next; at < others.length; at++) {
      const { from, to } = others[at] as Stretch
      if (from >= one.to) break
      isBeaten ||= to - from > one.to - one.from
    }
    if (!isBeaten) yield one
  }
}

const unitOf = (bytes: Uint8Array, at: number, high: number): number =>
  ((bytes[at + high] as number) << 8) | (bytes[at + 1 - high] as number)

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
function unitsAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = bytes[at] as number
  if (byte < 0x80) return (byte > 31 && byte < 127) || byte === 9 || byte === 10 || byte === 13 ? 1 : 0
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
  if (byte < 0xc2 || byte > 0xf4 || at + length > count) return 0
  if (isIllFormed(byte, bytes[at + 1] as number)) return 0
  for (let step = 1; step < length; step++) if (((bytes[at + step] as number) & 0xc0) !== 0x80) return 0
  return length
}
