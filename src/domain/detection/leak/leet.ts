import { isAsciiAlnum } from '../automaton.ts'
import type { View } from '../canonical-view.ts'
import type { SpareUnits } from '../spare-units.ts'
import { lettersOf, type LetterCodes, type LetterStream } from './letters.ts'

/** Whether a text has digits, or signs, that may stand for letters. */
export const MAY_BE_LETTERS = /[0-9@$!|]/

/** A mark at the end of a sentence, and a line before the next cell, are no letters. */
const SIGNS = /[@$]|[!|](?=[A-Za-z\d])/g
const EXCLAMATION = 33
const BAR = 124
/** The digit that stands for the same letter. */
const DIGITS: Readonly<Record<string, string>> = { '@': '4', $: '5', '!': '1', '|': '1' }
/** The same by units, 0 for none. */
const DIGIT_CODES = Uint8Array.from({ length: 128 }, (_, code) => DIGITS[String.fromCharCode(code)]?.charCodeAt(0) ?? 0)

/** Letters that one digit may stand for are one letter, and so is the digit: `i`, `l` and `1`. Both sides are read so; two digits stay two. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => code)
for (const [letter = '', ...alike] of ['o0', 'il1', 'z2', 'e3', 'a4', 's5', 'g9', 't7', 'b8'])
  for (const one of alike) FOLDED[one.charCodeAt(0)] = letter.charCodeAt(0)

export const foldedLetter = (letter: number): number => (letter < 128 ? (FOLDED[letter] as number) : letter)

/** The digit that the sign `code` is used as before `next`; 0 where it is none. */
export function signLetter(code: number, next: number): number {
  const isMark = code === EXCLAMATION || code === BAR
  return code >= 128 || (isMark && !isAsciiAlnum(next)) ? 0 : (DIGIT_CODES[code] as number)
}

/** Letters of a view, its signs as the digits that they are used as. `plain` are its letters without. */
export function lettersWithSigns(view: View, plain: LetterStream, spare?: SpareUnits): LetterStream {
  const text = view.text.replace(SIGNS, (sign) => DIGITS[sign] as string)
  return text === view.text
    ? plain
    : lettersOf(text, { text, rawSpan: (start, end) => view.rawSpan(start, end) }, spare)
}

/** Folds letters in place; the places of the digits among them. */
export function foldLeet(codes: LetterCodes): readonly number[] {
  const places: number[] = []
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] as number
    if (code >= 128) continue
    codes[at] = FOLDED[code] as number
    if (code < 58) places.push(at)
  }
  return places
}
