import { textOf } from '../../../base/bytes.ts'
import { textOfUnits } from '../../../base/utf16.ts'
import { digitAt, HEX_DIGITS, NO_DIGIT } from './digit-values.ts'
import { isUtf8Like } from './printable.ts'

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
  /(?:%[0-9a-fA-F]{2}){1,4096}|(?:=[0-9A-F]{2}){3,4096}|(?<=\S)=\r?\n(?=\S)|&#(?:[xX][0-9a-fA-F]{1,65536}|[0-9]{1,65536});?|&[A-Za-z]{2,14};|\\{1,4}(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/y

/**
 * Resolves percent escapes, HTML character references, `\x`, `\u`, `\U` and octal escapes, runs of quoted-printable and its soft
 * line breaks (RFC 2045, section 6.7) in one pass; undefined where there are none. Callers give it the regions that hold some. Guarantee class: exact, for one level of these escapes.
 */
export function unescape(text: string): Unescaped | undefined {
  const out = new Resolved(text.length)
  let isChanged = false
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    const end = isSign(code) ? endOfEscape(text, at) : at
    if (end > at && out.put(text, at, end)) isChanged = true
    else out.copy(text, at, Math.max(end, at + 1))
    at = Math.max(end, at + 1)
  }
  return isChanged ? out.unescaped() : undefined
}

const isSign = (code: number): boolean =>
  code === BACKSLASH || code === PERCENT || code === AMPERSAND || code === EQUALS
const BACKSLASH = 92
const PERCENT = 37
const AMPERSAND = 38
const EQUALS = 61

/** Its beginning where none stands there. */
function endOfEscape(text: string, at: number): number {
  if (unicodeEscape(text, at) >= 0) return at + UNICODE_LENGTH
  ESCAPE.lastIndex = at
  return ESCAPE.test(text) ? ESCAPE.lastIndex : at
}

const UNICODE_LENGTH = 6

/** The unit that `\u0041` stands for, by far the most common escape; -1 where no such one stands there. */
function unicodeEscape(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH || text.charCodeAt(at + 1) !== 117) return -1
  let unit = 0
  for (let index = at + 2; index < at + UNICODE_LENGTH; index++) {
    const digit = digitAt(HEX_DIGITS, text, index)
    if (digit === NO_DIGIT) return -1
    unit = (unit << 4) | digit
  }
  return unit
}

/** The units of the resolved text as they come. No escape is shorter than what it stands for. */
class Resolved {
  readonly #units: Uint16Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  #length = 0
  /** Two escapes of a surrogate pair each give their half; one alone stays half a pair. */
  #hasHalf = false

  constructor(lengthMax: number) {
    this.#units = new Uint16Array(lengthMax)
    this.#starts = new Uint32Array(lengthMax)
    this.#ends = new Uint32Array(lengthMax)
  }

  copy(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#push(text.charCodeAt(at), at, at + 1)
  }

  /** False where the escape stands for nothing that a text has. */
  put(text: string, from: number, to: number): boolean {
    const unit = to - from === UNICODE_LENGTH ? unicodeEscape(text, from) : -1
    if (unit >= 0) {
      this.#hasHalf ||= isHalf(unit)
      this.#push(unit, from, to)
      return true
    }
    const decoded = decode(text.slice(from, to))
    if (decoded === undefined) return false
    for (let index = 0; index < decoded.length; index++) {
      const code = decoded.charCodeAt(index)
      this.#hasHalf ||= isHalf(code)
      this.#push(code, from, to)
    }
    return true
  }

  unescaped(): Unescaped {
    const units = this.#units.subarray(0, this.#length)
    return {
      text: this.#hasHalf ? textOfHalves(units) : textOfUnits(units),
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    }
  }

  #push(unit: number, start: number, end: number): void {
    this.#units[this.#length] = unit
    this.#starts[this.#length] = start
    this.#ends[this.#length++] = end
  }
}

const isHalf = (unit: number): boolean => (unit & 0xf800) === 0xd800

/** Few enough to be arguments. */
const PIECE = 4_096

/** The text of units of which some may be half a pair, which a decoder would replace. */
function textOfHalves(units: Uint16Array): string {
  const pieces: string[] = []
  for (let from = 0; from < units.length; from += PIECE)
    pieces.push(String.fromCharCode(...units.subarray(from, from + PIECE)))
  return pieces.join('')
}

/** Never longer than the escape itself: each escaped unit takes two characters or more. */
function decode(escape: string): string | undefined {
  const first = escape.charCodeAt(0)
  if (first === EQUALS && escape.endsWith('\n')) return ''
  if (first === PERCENT || first === EQUALS) return textOfSigned(escape)
  if (first === BACKSLASH) return decodeBackslash(escape.slice(escape.lastIndexOf('\\')))
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

/** What pairs of hex digits say, each behind a sign. */
function textOfSigned(text: string): string | undefined {
  const bytes = new Uint8Array(text.length / 3)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (digitAt(HEX_DIGITS, text, 3 * index + 1) << 4) | digitAt(HEX_DIGITS, text, 3 * index + 2)
  // The decoder throws at noise, which takes longer than all else here.
  return isUtf8Like(bytes) ? textOf(bytes) : undefined
}
