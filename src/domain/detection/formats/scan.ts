import { markAutomaton } from '../mark-automaton.ts'
import type { NameBefore } from '../identifiers/identifier-context.ts'
import type { Survey } from '../readings/survey.ts'
import { walkUnits, type Places, type Runs } from '../readings/unit-walk.ts'
import { FORMAT_WORDS, wordPlacesOf, type FormatWord, type WordPlaces } from './format-words.ts'

/** What every format detector starts from: the text, its lower case unit for unit, and where its digits are. */
export interface Scan {
  readonly text: string
  /** As long as `text`: unit `i` is the lower case of unit `i`. */
  readonly lower: string
  /** Start and end of each maximal run of ASCII digits, flat: start, end, start, end. */
  readonly runs: Runs
  /** Where `:`, `.` or `-` stands between two hexadecimal digits, and where two colons do. */
  readonly joints: Places
  /** Where the `FORMAT_WORDS` stand. */
  readonly words: WordPlaces
  /** What a name before the whole text says, in lower case; empty where it has none. */
  readonly name: string
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

/** What others found out about a text on their way, so that nobody looks twice. */
export interface TextFacts {
  /** Where the `FORMAT_WORDS` stand. */
  readonly words?: WordPlaces | undefined
  /** What a walk over it showed. */
  readonly seen?: Pick<Survey, 'digits' | 'joints'> | undefined
  /** The name under which the text is a value. */
  readonly name?: NameBefore | undefined
  /** The text is a number: that it is nothing but digits says nothing. */
  readonly isNumber?: boolean | undefined
}

export function scanOf(text: string, { words, seen = walkUnits(text, markAutomaton()), name }: TextFacts = {}): Scan {
  return new LazyScan(text, words ?? wordPlacesOf(text), seen, name)
}

/** The lower case of a text is made in blocks, of what lies near the places that are asked about; two overlap by this. */
const BLOCK_BITS = 10
const OVERLAP = 128

/** The lower case is made where a rule asks for it: most texts hold nothing that one would ask about. */
class LazyScan implements Scan {
  readonly text: string
  readonly runs: Runs
  readonly joints: Places
  readonly words: WordPlaces
  readonly #name: NameBefore | undefined
  readonly #blocks: (string | undefined)[] = []
  #lower: string | undefined

  constructor(
    text: string,
    words: WordPlaces,
    { digits, joints }: Pick<Survey, 'digits' | 'joints'>,
    name?: NameBefore,
  ) {
    this.text = text
    this.#name = name
    this.words = words
    this.runs = digits
    this.joints = joints
  }
  get name(): string {
    return this.#name?.before ?? ''
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

/** Where a word stands in the text, in any case, in order and apart. */
export function placesOf({ words }: Scan, word: FormatWord): readonly number[] {
  return words[FORMAT_WORDS.indexOf(word)] ?? []
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

/** An underscore at a word's edge is Markdown's: `beyond` is the unit on its other side. */
export function isEmphasis(text: string, at: number, beyond: number): boolean {
  return text.charCodeAt(at) === 95 && !isWord(text.charCodeAt(beyond))
}

/** A letter whose lower case differs. */
export function isUpperAt(scan: Scan, index: number): boolean {
  const code = scan.text.charCodeAt(index)
  if (code < 128) return code >= 65 && code <= 90
  return isLetter(code) && scan.lower.charCodeAt(index) !== code
}

/** The lower-cased text before `index`, at most `chars` units, on the same paragraph or not; the name before the text counts. */
export function before(scan: Scan, index: number, chars: number): string {
  const text = scan.window(Math.max(0, index - chars), index)
  return index < chars && scan.name !== '' ? (scan.name + text).slice(-chars) : text
}

/** The lower-cased text from `index` on, at most `chars` units. */
export function after(scan: Scan, index: number, chars: number): string {
  return scan.window(index, index + chars)
}

/** Whether another number stands right before, across one space: lists of numbers need no further look. */
export function isBehindNumber({ text }: Scan, start: number): boolean {
  return text.charCodeAt(start - 1) === 32 && isDigit(text.charCodeAt(start - 2))
}
