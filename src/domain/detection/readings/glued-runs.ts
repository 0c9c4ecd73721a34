import { textOf } from '../../../base/bytes.ts'
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
    let begin = 0
    for (let at = 0; at <= count;) {
      const length = at < count ? unitsAt(bytes, at, count) : 0
      if (length > 0) {
        at += length
        continue
      }
      const isWhole = bits === 4 && begin === 0 && at === count
      const found = at - begin < (isWhole ? WHOLE_MIN : STRETCH_MIN) ? undefined : textOf(bytes.subarray(begin, at))
      if (found !== undefined) {
        const place = { start: first + Math.floor((begin * 8) / bits), end: first + Math.ceil((at * 8) / bits) }
        yield { encoding: bits === 4 ? 'hex' : 'base64', ...place, text: found }
      }
      begin = at += 1
    }
  }
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
