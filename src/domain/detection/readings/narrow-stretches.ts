import { byteAt, type Bytes, type Stretch } from './shifted-bytes.ts'

/** Shorter readable stretches are chance: of noise one byte in five hundred thousand begins one of base64. */
const STRETCH_MIN = 12
/** A whole run of hexadecimal digits may be shorter. */
const WHOLE_MIN = 8

const NONE: readonly never[] = []

/** Of a byte: in no text, a character by itself, within one, the first of one. */
const NO_TEXT = 0
const ALONE = 1
const WITHIN = 2
const FIRST = 3
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x80) return (byte > 31 && byte < 127) || byte === 9 || byte === 10 || byte === 13 ? ALONE : NO_TEXT
  if (byte < 0xc0) return WITHIN
  return byte >= 0xc2 && byte <= 0xf4 ? FIRST : NO_TEXT
})

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
export function narrowStretches(bytes: Bytes, isHex: boolean): readonly Stretch[] {
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
  if (kind < WITHIN) return kind
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
  if (kind === WITHIN || at + length > count) return 0
  if (isIllFormed(byte, byteAt(bytes, at + 1))) return 0
  for (let step = 1; step < length; step++) if (KINDS[byteAt(bytes, at + step)] !== WITHIN) return 0
  return length
}
