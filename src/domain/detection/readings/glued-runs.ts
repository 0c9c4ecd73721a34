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

const SIXTY_FOUR = digits('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '-_')
const SIXTEEN = digits('0123456789abcdef', 'ABCDEF')

/** The second spelling is that of the last digits. */
function digits(alphabet: string, others: string): Uint8Array {
  const values = new Uint8Array(128)
  for (const [value, char] of [...alphabet].entries()) values[char.charCodeAt(0)] = value
  for (const [index, char] of [...others].entries())
    values[char.charCodeAt(0)] = alphabet.length - others.length + index
  return values
}

/** Fewer characters hold no stretch that counts. */
const RUN_MIN = 16

/**
 * What reads as text within a run that does not decode as a whole, because something is glued to it, before or behind: each of the two
 * or four ways in which its characters may be grouped is read once. Linear; `text[start, end)` is 65,536 units at most.
 */
export function* gluedRuns(text: string, start: number, end: number): Generator<GluedRun> {
  let from = start
  for (const { 0: run, index } of text.slice(start, end).matchAll(HEX_RUN)) {
    let isHex = false
    for (const found of stretches(text, { from: start + index, to: start + index + run.length, bits: 4 })) {
      isHex = true
      yield found
    }
    if (!isHex) continue
    // What stands before it, and what stands behind, may still be base64.
    if (start + index - from >= RUN_MIN) yield* stretches(text, { from, to: start + index, bits: 6 })
    from = start + index + run.length
  }
  if (end - from >= RUN_MIN) yield* stretches(text, { from, to: end, bits: 6 })
}

const HEX_RUN = /[0-9a-fA-F]{16,65536}/g

interface Grouping {
  readonly from: number
  readonly to: number
  readonly bits: 4 | 6
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

function* stretches(text: string, { from, to, bits }: Grouping): Generator<GluedRun> {
  const source = bytesOfDigits(text, { from, to, bits })
  const encoding = bits === 4 ? 'hex' : 'base64'
  // Groups begin anew after two digits of four bits, and after four of six.
  for (let first = 0; first < (bits === 4 ? 2 : 4); first++) {
    const bit = first * bits
    const bytes = { source, offset: bit >> 3, shift: bit & 7, count: ((to - from - first) * bits) >> 3 }
    const placeOf = (stretch: Stretch): Place => ({
      start: from + first + Math.floor((stretch.from * 8) / bits),
      end: from + first + Math.ceil((stretch.to * 8) / bits),
    })
    for (const stretch of narrowStretches(bytes, bits === 4)) {
      const found = textOf(
        Uint8Array.from({ length: stretch.to - stretch.from }, (_, at) => byteAt(bytes, stretch.from + at)),
      )
      if (found !== undefined) yield { encoding, ...placeOf(stretch), text: found }
    }
    for (const stretch of wideStretches(bytes)) yield { encoding, ...placeOf(stretch), text: stretch.text }
  }
}

/** What the digits say from the first on, and two bytes more. */
function bytesOfDigits(text: string, { from, to, bits }: Grouping): Uint8Array {
  const values = bits === 4 ? SIXTEEN : SIXTY_FOUR
  const bytes = new Uint8Array((((to - from) * bits) >> 3) + 2)
  let count = 0
  let held = 0
  let have = 0
  for (let at = from; at < to; at++) {
    held = ((held << bits) | (values[text.charCodeAt(at)] ?? 0)) & 0xffff
    have += bits
    if (have < 8) continue
    have -= 8
    bytes[count++] = held >> have
  }
  bytes[count] = held << (8 - have)
  return bytes
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

/** No two such bytes stand beside each other in a text. */
function isBroken(before: number, behind: number): boolean {
  return before === 0 || behind === 0 || (before === 1 && behind === 2) || (before === 3 && behind !== 2)
}

/**
 * Stretches of UTF-8. What is too short is passed by from its far end: of noise nearly every other pair of bytes stands in no text, so
 * that most of it is never looked at.
 */
function* narrowStretches(bytes: Bytes, isHex: boolean): Generator<Stretch> {
  const { count } = bytes
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
    if (at - from >= (isWhole ? WHOLE_MIN : STRETCH_MIN)) yield { from, to: at }
    from = at += 1
  }
}

/** Behind the last pair of `[from, to)` that stands in no text; `from` where there is none. Nothing that is short enough begins before. */
function brokenBefore(bytes: Bytes, from: number, to: number): number {
  if (to > bytes.count) return bytes.count + 1
  let behind = KINDS[byteAt(bytes, to - 1)] as number
  for (let at = to - 2; at >= from; at--) {
    const kind = KINDS[byteAt(bytes, at)] as number
    if (isBroken(kind, behind)) return at + 1
    behind = kind
  }
  return from
}

/** Of noise one unit in seventy is one that these texts have. */
const WIDE_MIN = 8
/** Greek to Hebrew letters end below U+0600: further up, noise has too many units that mean something. */
const WIDE_HIGH = 0x06

/**
 * Stretches of UTF-16, which begin at any byte. In one byte order a text looks like its own other order a byte on, less or more a
 * unit: of the two the longer counts, and both where they are equal.
 */
function* wideStretches(bytes: Bytes): Generator<Stretch & { readonly text: string }> {
  for (let first = 0; first < 2; first++) {
    const orders = [wideRuns(bytes, first, 1), wideRuns(bytes, 1 - first, 0)] as const
    for (const order of [0, 1] as const)
      for (const { from, to } of unbeaten(orders[order], orders[1 - order] as readonly Stretch[])) {
        const units = new Uint16Array((to - from) / 2)
        for (let unit = 0; unit < units.length; unit++) units[unit] = unitOf(bytes, from + 2 * unit, 1 - order)
        yield { from, to, text: textOfUnits(units) }
      }
  }
}

/** Runs of units from a byte on, every second; `high`: where in its unit the higher byte stands. One that counts holds an eighth unit. */
function wideRuns(bytes: Bytes, first: number, high: number): readonly Stretch[] {
  const runs: Stretch[] = []
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
    if (to - from >= 2 * WIDE_MIN) runs.push({ from, to })
    least = to + 2
    at = to
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
