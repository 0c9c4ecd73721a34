import { textOfUnits } from '../../../base/utf16.ts'
import type { Place } from './place.ts'

/** What a letter of ASCII becomes 13 places on; itself for all others below U+0080. */
const TURNED = Uint8Array.from({ length: 128 }, (_, code) => code)
for (const first of [65, 97])
  for (let place = 0; place < 26; place++) TURNED[first + place] = first + ((place + 13) % 26)

/** Letters turned by 13 places; everything stands where it stood. */
export function rot13(text: string): string {
  const units = new Uint16Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    units[index] = code < 128 ? (TURNED[code] as number) : code
  }
  return textOfUnits(units)
}

export function reversed(text: string): string {
  const units = new Uint16Array(text.length)
  for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(text.length - 1 - index)
  return textOfUnits(units)
}

/** The letter that a digit or sign below U+0080 stands for; itself for all others. */
const LEET = Uint8Array.from({ length: 128 }, (_, code) => code)
for (const [sign, letter] of ['0o', '1i', '3e', '4a', '5s', '7t', '@a', '$s', '!i'].map((pair) => pair.split('')))
  LEET[sign?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0

/** The letter that a unit stands for, or itself. */
export function leetOf(code: number): number {
  return code < 128 ? (LEET[code] as number) : code
}

/** Digits and signs that stand for letters, read as those letters; unit by unit at the same places. */
export function unleet(text: string): string {
  const units = new Uint16Array(text.length)
  for (let index = 0; index < text.length; index++) {
    units[index] = leetOf(text.charCodeAt(index))
  }
  return textOfUnits(units)
}

/** Single letters pulled together: the text, and where each of its units stood. */
export interface Pulled {
  readonly text: string
  readonly starts: Uint32Array
}

/** Signs of addresses, numbers and keys. */
const VALUE_SIGNS = '@._-:/+'

/**
 * "i g n o r e   a l l" → "ignore all": the narrowest gap stands between letters, a wider one between words. Where all
 * gaps are alike, the words stay together. With `keepsSigns`, a sign of values in a wider gap stands for itself ("a @ b . c" → "a@b.c");
 * undefined where there is none.
 */
export function pullTogether(text: string, place: Place): Pulled
export function pullTogether(text: string, place: Place, keepsSigns: true): Pulled | undefined
export function pullTogether(text: string, { start, end }: Place, keepsSigns = false): Pulled | undefined {
  const narrow = narrowestGap(text, start, end)
  const units = new Uint16Array(end - start)
  const starts = new Uint32Array(end - start)
  let length = 0
  let signs = 0
  let last = start
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (!isLetterOrDigit(code)) continue
    if (length > 0 && at - last > narrow) {
      const sign = keepsSigns ? signWithin(text, last + 1, at) : -1
      if (sign >= 0) signs += 1
      units[length] = sign < 0 ? SPACE : text.charCodeAt(sign)
      starts[length++] = sign < 0 ? at - 1 : sign
    }
    units[length] = code
    starts[length++] = last = at
  }
  if (keepsSigns && signs === 0) return undefined
  return { text: textOfUnits(units.subarray(0, length)), starts: starts.subarray(0, length) }
}

/** Where the first sign of values stands; -1 where none does. */
function signWithin(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) if (VALUE_SIGNS.includes(text.charAt(at))) return at
  return -1
}

const SPACE = 32

/** How near two letters or digits that follow on each other stand. */
function narrowestGap(text: string, start: number, end: number): number {
  let narrow = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let at = start; at < end; at++) {
    if (!isLetterOrDigit(text.charCodeAt(at))) continue
    narrow = Math.min(narrow, at - last)
    last = at
  }
  return narrow
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}
