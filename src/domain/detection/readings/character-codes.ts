import { digitAt, HEX_DIGITS, NO_DIGIT } from './digit-values.ts'
import { printable } from './printable.ts'

/** What a row of numbers says that are the codes of characters. */
export interface DecodedCodes {
  readonly encoding: 'binary' | 'character-codes' | 'hex'
  readonly text: string
}

/** A longer word counts as several. */
const CODE_MAX = 8

/** Reads the words of two characters and more in `text[start, end)` as eight bits each, or as decimal or hexadecimal numbers. */
export function decodeCodes(text: string, start: number, end: number): DecodedCodes | undefined {
  const read = new CodeReader((end - start + 1) >> 1)
  for (let at = start; at < end;) {
    let to = at
    while (to < end && to - at < CODE_MAX && isAlnum(text.charCodeAt(to))) to += 1
    if (to - at >= 2) read.take(text, behindPrefix(text, at, to), to)
    if (!read.isOpen) return undefined
    at = Math.max(to, at + 1)
  }
  return read.decoded()
}

function isAlnum(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122)
}

/** Behind `0x`. */
function behindPrefix(text: string, from: number, to: number): number {
  return to - from >= 2 && text.charCodeAt(from) === 48 && (text.charCodeAt(from + 1) | 32) === 120 ? from + 2 : from
}

const NONE = 0x100

/** The number of digits that each radix takes. */
function numberOf(text: string, from: number, to: number, radix: 2 | 10 | 16): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = digitAt(HEX_DIGITS, text, at)
    if (digit === NO_DIGIT || digit >= radix) return NONE
    number = number * radix + digit
  }
  return number
}

/** Keeps what the words read so far say, in each way in which all of them can be read. */
class CodeReader {
  /** Eight bits each, or decimal. */
  readonly #numbers: Uint8Array
  readonly #hex: Uint8Array
  #count = 0
  #isBinary = true
  #isDecimal = true
  #isHex = true

  constructor(wordsMax: number) {
    this.#numbers = new Uint8Array(wordsMax)
    this.#hex = new Uint8Array(wordsMax)
  }

  get isOpen(): boolean {
    return this.#isBinary || this.#isDecimal || this.#isHex
  }

  take(text: string, from: number, to: number): void {
    const length = to - from
    const number =
      length === 8 ? numberOf(text, from, to, 2) : length === 2 || length === 3 ? decimal(text, from, to) : NONE
    const hex = length === 2 ? numberOf(text, from, to, 16) : NONE
    this.#isBinary &&= length === 8 && number !== NONE
    this.#isDecimal &&= length !== 8 && number !== NONE
    this.#isHex &&= hex !== NONE
    this.#numbers[this.#count] = number
    this.#hex[this.#count++] = hex
  }

  decoded(): DecodedCodes | undefined {
    const numbers = printable(this.#numbers.subarray(0, this.#count))
    if (this.#isBinary) return named('binary', numbers)
    const decimal = this.#isDecimal ? readable(numbers) : undefined
    if (decimal !== undefined) return named('character-codes', decimal)
    return this.#isHex ? named('hex', readable(printable(this.#hex.subarray(0, this.#count)))) : undefined
  }
}

/** A higher number is the code of no byte, and stands for one that no text has. */
function decimal(text: string, from: number, to: number): number {
  const number = numberOf(text, from, to, 10)
  return number === NONE ? NONE : Math.min(0xff, number)
}

function named(encoding: DecodedCodes['encoding'], text: string | undefined): DecodedCodes | undefined {
  return text === undefined ? undefined : { encoding, text }
}

/** Numbers decode to some characters always; only mostly letters, digits and spaces count as a text. */
function readable(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  let plain = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 32 || isAlnum(code)) plain += 1
  }
  return plain * 10 >= text.length * 7 && /[A-Za-z]{3}|[0-9]{4}|@/.test(text) ? text : undefined
}
