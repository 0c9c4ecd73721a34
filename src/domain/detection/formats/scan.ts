import { digitRuns } from '../readings/survey.ts'
import type { Runs } from '../readings/unit-walk.ts'

/** What every format detector starts from: the text, its lower case unit for unit, and where its digits are. */
export interface Scan {
  readonly text: string
  /** As long as `text`: unit `i` is the lower case of unit `i`. */
  readonly lower: string
  /** Start and end of each maximal run of ASCII digits, flat: start, end, start, end. */
  readonly runs: Runs
  /** Bits of the `FORMAT_WORDS` that may be in the text. */
  readonly words: number
  /** The lower case of `[from, to)`, without that of the whole text where few places ask. */
  window(from: number, to: number): string
}

export const DIGIT = 1
export const LOWER = 2
export const UPPER = 4
export const LOCAL = 8
export const BASE58 = 16
export const HEX = 32
const ALPHA = LOWER | UPPER
const ALNUM = ALPHA | DIGIT

const CLASSES = classTable()

function classTable(): Uint8Array {
  const table = new Uint8Array(128)
  const add = (chars: string, bit: number): void => {
    for (const char of chars) table[char.charCodeAt(0)] = (table[char.charCodeAt(0)] ?? 0) | bit
  }
  const lower = 'abcdefghijklmnopqrstuvwxyz'
  const digits = '0123456789'
  add(digits, DIGIT | HEX)
  add(lower, LOWER)
  add(lower.toUpperCase(), UPPER)
  add('abcdefABCDEF', HEX)
  add(`${lower}${lower.toUpperCase()}${digits}!#$%&'*+/=?^_\`{|}~.-`, LOCAL)
  add('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', BASE58)
  return table
}

/** Words that formats ask for. The number of one is its bit in what a pass over the text found. */
export const FORMAT_WORDS = ['dot', 'bic', 'swift', '0x', 'bc1'] as const
type FormatWord = (typeof FORMAT_WORDS)[number]
/** All words may be there: nobody looked. */
const ANY_WORD = 0xff

/** `words`: bits of the `FORMAT_WORDS` that stand in the text, in any case. `runs`: its runs of digits, where they are known. */
export function scanOf(text: string, words = ANY_WORD, runs: Runs = digitRuns(text)): Scan {
  return new LazyScan(text, words, runs)
}

/** The lower case of a text is made in blocks, of what lies near the places that are asked about; two overlap by this. */
const BLOCK_BITS = 10
const OVERLAP = 128

/** The lower case is made where a rule asks for it: most texts hold nothing that one would ask about. */
class LazyScan implements Scan {
  readonly text: string
  readonly runs: Runs
  readonly words: number
  readonly #blocks: (string | undefined)[] = []
  #lower: string | undefined

  constructor(text: string, words: number, runs: Runs) {
    this.text = text
    this.words = words
    this.runs = runs
  }
  get lower(): string {
    return (this.#lower ??= lowerOf(this.text))
  }
  window(from: number, to: number): string {
    const number = from >> BLOCK_BITS
    const start = number << BLOCK_BITS
    if (this.#lower !== undefined || to > start + (1 << BLOCK_BITS) + OVERLAP) return this.lower.slice(from, to)
    const block = (this.#blocks[number] ??= this.#lowerBlock(start))
    return block.slice(from - start, to - start)
  }

  #lowerBlock(start: number): string {
    const end = start + (1 << BLOCK_BITS) + OVERLAP
    const block = this.text.slice(start, end)
    // The lower case of a sigma depends on what stands beside the block.
    return block.includes('\u03a3') ? this.lower.slice(start, end) : lowerOf(block)
  }
}

/** False where a pass over the text has shown that the word is nowhere in it, in any case. */
function mayHoldWord({ words }: Scan, word: FormatWord): boolean {
  return (words & (1 << FORMAT_WORDS.indexOf(word))) !== 0
}

const WORD_PATTERNS: readonly RegExp[] = FORMAT_WORDS.map((word) => new RegExp(word, 'gi'))

/** Where a word stands in the text, in any case, in order and apart. */
export function placesOf(scan: Scan, word: FormatWord): readonly number[] {
  const places: number[] = []
  const pattern = WORD_PATTERNS[FORMAT_WORDS.indexOf(word)]
  if (pattern === undefined || !mayHoldWord(scan, word)) return places
  pattern.lastIndex = 0
  while (pattern.test(scan.text)) places.push(pattern.lastIndex - word.length)
  return places
}

/** U+0130 is the one character whose lower case is longer than itself (Unicode SpecialCasing). */
function lowerOf(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replaceAll('\u0130', 'i').toLowerCase()
}

export function hasClass(code: number, bits: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & bits) !== 0
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isAlnum(code: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & ALNUM) !== 0
}

/** ASCII letters, and every unit from U+00C0 on that is no punctuation or symbol block: letters of any script, roughly. */
export function isLetter(code: number): boolean {
  if (code < 128) return ((CLASSES[code] ?? 0) & ALPHA) !== 0
  return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && (code < 0x2000 || code > 0x303f) && code < 0xfe00
}

export function isWord(code: number): boolean {
  return isDigit(code) || code === 95 || isLetter(code)
}

/** A letter whose lower case differs. */
export function isUpperAt(scan: Scan, index: number): boolean {
  const code = scan.text.charCodeAt(index)
  if (code < 128) return code >= 65 && code <= 90
  return isLetter(code) && scan.lower.charCodeAt(index) !== code
}

/** The lower-cased text before `index`, at most `chars` units, on the same paragraph or not. */
export function before(scan: Scan, index: number, chars: number): string {
  return scan.window(Math.max(0, index - chars), index)
}

/** The lower-cased text from `index` on, at most `chars` units. */
export function after(scan: Scan, index: number, chars: number): string {
  return scan.window(index, index + chars)
}

/** Whether another number stands right before, across one space: lists of numbers need no further look. */
export function isBehindNumber({ text }: Scan, start: number): boolean {
  return text.charCodeAt(start - 1) === 32 && isDigit(text.charCodeAt(start - 2))
}
