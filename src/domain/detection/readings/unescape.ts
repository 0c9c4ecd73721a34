import { textOf } from '../../../base/bytes.ts'
import { digitAt, HEX_DIGITS } from './digit-values.ts'
import type { Place } from './place.ts'

/** A text with its escapes resolved, and where each of its units stood. */
export interface Unescaped {
  readonly text: string
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** Named references that stand for characters of formats and markup (HTML standard, section 13.5). */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    lt: '<',
    gt: '>',
    amp: '&',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    commat: '@',
    period: '.',
    colon: ':',
    sol: '/',
    lowbar: '_',
    hyphen: '-',
    dash: '-',
    num: '#',
    equals: '=',
    lpar: '(',
    rpar: ')',
    lsqb: '[',
    rsqb: ']',
    excl: '!',
    quest: '?',
    plus: '+',
    Tab: '\t',
    NewLine: '\n',
    ZeroWidthSpace: '',
    shy: '',
    zwj: '',
    zwnj: '',
  }),
)

const ESCAPE =
  /(?:%[0-9a-fA-F]{2}){1,4096}|(?:=[0-9A-F]{2}){3,4096}|&#(?:[xX][0-9a-fA-F]{1,65536}|[0-9]{1,65536});?|&[A-Za-z]{2,14};|\\{1,4}(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/g
const HAS_ESCAPE =
  /%[0-9a-fA-F]{2}|&#(?:[xX][0-9a-fA-F]{1,65536}|[0-9]{1,65536})|&[A-Za-z]{2,14};|\\[uUx0-3]|=[0-9A-F]{2}=[0-9A-F]{2}=/y

/** Around an escape this much is read with it, so that a value that is escaped in part is whole. */
const AROUND = 256
const REGIONS_MIN = 16
const CHARS_PER_REGION = 8_192

/**
 * Where a text holds escapes, with what stands around them; in order and apart. More than a few become one. `signs` are the
 * places of all signs that an escape may begin with.
 */
export function escapedRegions(text: string, signs: Uint32Array): readonly Place[] {
  const regions: { start: number; end: number }[] = []
  const regionsMax = Math.max(REGIONS_MIN, Math.floor(text.length / CHARS_PER_REGION))
  let from = 0
  for (const at of signs) {
    if (at < from || !mayEscape(text, at)) continue
    HAS_ESCAPE.lastIndex = at
    if (!HAS_ESCAPE.test(text)) continue
    from = HAS_ESCAPE.lastIndex
    const last = regions.at(-1)
    const end = Math.min(text.length, from + AROUND)
    if (last !== undefined && at - AROUND <= last.end) last.end = end
    else if (regions.length < regionsMax) regions.push({ start: wordStart(text, at - AROUND), end })
    else return [{ start: 0, end: text.length }]
  }
  for (const region of regions) region.end = wordEnd(text, region.end)
  return regions
}

/** A look at the next unit, which ends most signs: a space stands behind it, or a quote. */
function mayEscape(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1)
  if (text.charCodeAt(at) === 92) return (next >= 48 && next <= 51) || (next | 32) === 117 || next === 120
  return (next >= 48 && next <= 57) || ((next | 32) >= 97 && (next | 32) <= 122) || next === 35
}

const WORD_MAX = 64

/** A region does not begin or end inside a word that could be half a value. */
function wordStart(text: string, from: number): number {
  let at = Math.max(0, from)
  const limit = Math.max(0, at - WORD_MAX)
  while (at > limit && !isSpace(text.charCodeAt(at - 1))) at -= 1
  return at
}

function wordEnd(text: string, from: number): number {
  let at = Math.min(text.length, from)
  const limit = Math.min(text.length, at + WORD_MAX)
  while (at < limit && !isSpace(text.charCodeAt(at))) at += 1
  return at
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/**
 * Resolves percent escapes, HTML character references, `\x`, `\u`, `\U` and octal escapes and runs of quoted-printable in
 * one pass; undefined where there are none. Callers give it the regions that hold some. Guarantee class: exact, for one level of these escapes.
 */
export function unescape(text: string): Unescaped | undefined {
  const parts: string[] = []
  const starts = new Uint32Array(text.length)
  const ends = new Uint32Array(text.length)
  let length = 0
  let from = 0
  const keep = (to: number): void => {
    parts.push(text.slice(from, to))
    for (let at = from; at < to; at++) {
      starts[length] = at
      ends[length++] = at + 1
    }
  }
  let isChanged = false
  for (const match of text.matchAll(ESCAPE)) {
    const decoded = decode(match[0])
    if (decoded === undefined) continue
    isChanged = true
    keep(match.index)
    from = match.index + match[0].length
    parts.push(decoded)
    for (let unit = 0; unit < decoded.length; unit++) {
      starts[length] = match.index
      ends[length++] = from
    }
  }
  if (!isChanged) return undefined
  keep(text.length)
  return { text: parts.join(''), starts: starts.subarray(0, length), ends: ends.subarray(0, length) }
}

/** Never longer than the escape itself: each escaped unit takes two characters or more. */
function decode(escape: string): string | undefined {
  const first = escape.charCodeAt(0)
  if (first === 37 || first === 61) return textOf(signedBytes(escape))
  if (first === 92) return decodeBackslash(escape.slice(escape.lastIndexOf('\\')))
  if (escape[1] !== '#') return NAMED.get(escape.slice(1, -1))
  const digits = escape.slice(2).replace(';', '')
  return charOf(/^[xX]/.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number(digits))
}

function decodeBackslash(escape: string): string | undefined {
  const digits = escape.slice(2).replace(/[{}]/g, '')
  if (/^[0-3]/.test(escape.charAt(1))) return charOf(Number.parseInt(escape.slice(1), 8))
  // Two \u escapes of a surrogate pair each give their half; together they are the character.
  const code = Number.parseInt(digits, 16)
  return code > 0xffff ? charOf(code) : String.fromCharCode(code)
}

function charOf(code: number): string | undefined {
  return code > 0x10ffff || code === 0 ? undefined : String.fromCodePoint(code)
}

/** Bytes of pairs of hex digits, each behind a sign. */
function signedBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 3)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (digitAt(HEX_DIGITS, text, 3 * index + 1) << 4) | digitAt(HEX_DIGITS, text, 3 * index + 2)
  return bytes
}
