/** Of a character that is no digit of an alphabet. */
export const NO_DIGIT = 0xff

/** The digits of one encoding: how many bits each stands for, and the value of each character below U+0080. */
export interface Digits {
  readonly bits: 4 | 5 | 6
  readonly values: Uint8Array
}

export const HEX_DIGITS = digits(4, '0123456789abcdef', ['ABCDEF', 10])
/** RFC 4648, section 6, in either case. */
export const BASE32_DIGITS = digits(5, 'abcdefghijklmnopqrstuvwxyz234567', ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', 0])
/** In URLs two others stand for the last two (RFC 4648, section 5). */
export const BASE64_DIGITS = digits(6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', ['-_', 62])

/** Some digits have a second spelling: it, and the value of the first of them. */
function digits(bits: Digits['bits'], alphabet: string, [others, first]: readonly [string, number]): Digits {
  const values = new Uint8Array(128).fill(NO_DIGIT)
  for (const [value, char] of [...alphabet].entries()) values[char.charCodeAt(0)] = value
  for (const [index, char] of [...others].entries()) values[char.charCodeAt(0)] = first + index
  return { bits, values }
}

export function digitAt({ values }: Digits, text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? (values[code] as number) : NO_DIGIT
}

export const isHexAt = (text: string, at: number): boolean => digitAt(HEX_DIGITS, text, at) !== NO_DIGIT

/** Digits of one text, `[start, end)`. */
export interface DigitRun {
  readonly text: string
  readonly start: number
  readonly end: number
}

/**
 * Writes what the digits say to `bytes`, as much as there is room for. Gives the number of bytes, or -1 where one of the characters is no
 * digit. Bits that are left over make no byte.
 */
export function decodeDigits(bytes: Uint8Array, { text, start, end }: DigitRun, digits: Digits): number {
  const { bits, values } = digits
  const room = bytes.length
  let count = 0
  let held = 0
  let have = 0
  for (let at = start; at < end && count < room; at++) {
    const code = text.charCodeAt(at)
    const value = code < 128 ? (values[code] as number) : NO_DIGIT
    if (value === NO_DIGIT) return -1
    held = ((held << bits) | value) & 0xffff
    have += bits
    if (have < 8) continue
    have -= 8
    bytes[count++] = held >> have
  }
  return count
}
