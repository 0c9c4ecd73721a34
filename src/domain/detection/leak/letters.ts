import { canonicalView, type View } from '../canonical-view.ts'
import type { SpareUnits } from '../spare-units.ts'
import { withUnits } from '../text-units.ts'

/** UTF-16 codes; one kind of array on every path keeps the search fast. */
export type LetterCodes = Uint16Array<ArrayBuffer>

/** The letters and digits of a text, case folded, with everything between them left out. */
export interface LetterStream {
  readonly codes: LetterCodes
  /** Raw span of the letters from `first` to `last`, both included. */
  span(first: number, last: number): { readonly start: number; readonly end: number }
}

const UPPER_TO_LOWER = 32
/** From here on every unit counts. */
export const ALL_FROM = 192
export const BACKSLASH = 92
/** Instead of a letter: the unit was not met yet, or what follows decides. */
const UNKNOWN = 0xffff
const ESCAPES = 0xfffe

/** What each unit counts as: itself, its lower case, or nothing (0). Filled as units are met. */
const LETTERS = new Uint16Array(0x10000).fill(UNKNOWN, ALL_FROM)
for (let code = 0; code < 128; code++) {
  if ((code >= 48 && code <= 57) || (code >= 97 && code <= 122)) LETTERS[code] = code
  if (code >= 65 && code <= 90) LETTERS[code] = code + UPPER_TO_LOWER
}
LETTERS[BACKSLASH] = ESCAPES

/** Letters of `raw`, read through its canonical view. Linear. `spare`: memory for the codes, which then last until it is taken again. */
export function lettersOf(
  raw: string,
  view: Pick<View, 'text' | 'rawSpan'> = canonicalView(raw),
  spare?: SpareUnits,
): LetterStream {
  const { text } = view
  const codes = spare?.take(text.length) ?? new Uint16Array(text.length)
  const count = withUnits(text, (units) => fillLetters(codes, units, text.length))
  return {
    codes: codes.subarray(0, count),
    span: (first, last) => view.rawSpan(placeOf(text, first), placeOf(text, last) + 1),
  }
}

/** A loop of its own, which compiles to few instructions. */
function fillLetters(codes: LetterCodes, units: Uint16Array, length: number): number {
  const table = LETTERS
  let count = 0
  for (let index = 0; index < length; index++) {
    let letter = table[units[index] as number] as number
    if (letter >= ESCAPES) {
      if (letter === ESCAPES) {
        if (index + 1 < length && isEscape(units[index + 1] as number)) index += 1
        continue
      }
      letter = lowerOf(units[index] as number)
    }
    codes[count] = letter
    // One for any letter, without a branch that the processor would have to guess.
    count += (letter + 0xffff) >>> 16
  }
  return count
}

/** `\n` and the like, as JSON and source code write line ends, would put letters into the row. */
export const isEscape = (code: number): boolean =>
  code === 110 || code === 114 || code === 116 || code === 98 || code === 102

/** What a unit counts as by itself; 0 for nothing. */
export function letterOf(code: number): number {
  const letter = LETTERS[code] as number
  return letter === UNKNOWN ? lowerOf(code) : letter === ESCAPES ? 0 : letter
}

/** Index of the `wanted`-th letter: walked only where something was found. */
function placeOf(text: string, wanted: number): number {
  let seen = -1
  let before = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const isLetter = code >= ALL_FROM || (code !== BACKSLASH && LETTERS[code] !== 0)
    if (isLetter && !(before === BACKSLASH && isEscape(code))) seen += 1
    if (seen === wanted) return index
    before = code
  }
  return text.length
}

/** Two units need more than one in lower case, and stay as they are. */
function lowerOf(code: number): number {
  const lower = String.fromCharCode(code).toLowerCase()
  const letter = lower.length === 1 ? lower.charCodeAt(0) : code
  if (letter < ESCAPES) LETTERS[code] = letter
  return letter
}
