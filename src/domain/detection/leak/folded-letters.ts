import { foldedLetter, signLetter } from './leet.ts'
import { ALL_FROM, BACKSLASH, isEscape, letterOf, type LetterCodes } from './letters.ts'

/** The units from `from` to before `to`. */
export interface Stretch {
  readonly units: Uint16Array
  readonly from: number
  readonly to: number
}

/** Instead of a letter: the unit was not met yet, or what follows decides. */
const UNKNOWN = 0xffff
const FOLLOWED = 0xfffe

/** What each unit counts as: the letter that stands for it, or nothing (0). Filled as units are met. */
const LETTERS = new Uint16Array(0x10000).fill(UNKNOWN, ALL_FROM)
for (let code = 0; code < 128; code++) LETTERS[code] = foldedLetter(letterOf(code))
for (const sign of '\\@$!|') LETTERS[sign.charCodeAt(0)] = FOLLOWED
/** The same with the signs that are letters whatever follows them. */
const LETTERS_AND_SIGNS = LETTERS.slice()
for (const sign of '@$') LETTERS_AND_SIGNS[sign.charCodeAt(0)] = foldedLetter(signLetter(sign.charCodeAt(0), 0))

/**
 * Writes the folded letters of a stretch to `codes`, and gives how many they are: in one walk what `lettersOf` and `foldLeet` do in two.
 * With `signs`, the places of signs that may be letters are put there; without, they are letters.
 */
export function foldLetters(codes: LetterCodes, { units, from, to }: Stretch, signs?: number[]): number {
  const walked = { table: signs === undefined ? LETTERS_AND_SIGNS : LETTERS, at: from, to, count: 0 }
  for (;;) {
    foldListed(codes, units, walked)
    const { at } = walked
    if (at >= to) return walked.count
    const code = units[at] as number
    const next = at + 1 < to ? (units[at + 1] as number) : 0
    walked.at += code === BACKSLASH && isEscape(next) ? 2 : 1
    const letter = code < ALL_FROM ? foldedLetter(signLetter(code, next)) : metLetter(code)
    if (letter === 0) continue
    if (code < ALL_FROM && signs !== undefined) signs.push(at)
    else codes[walked.count++] = letter
  }
}

interface Walked {
  readonly table: Uint16Array
  readonly to: number
  at: number
  /** Letters so far. */
  count: number
}

/** Up to a unit that the table does not say; a loop of its own, which compiles to few instructions. */
function foldListed(codes: LetterCodes, units: Uint16Array, walked: Walked): void {
  const { table, to } = walked
  let { at, count } = walked
  for (; at < to; at++) {
    const letter = table[units[at] as number] as number
    if (letter >= FOLLOWED) break
    codes[count] = letter
    // One for any letter, without a branch that the processor would have to guess.
    count += (letter + 0xffff) >>> 16
  }
  walked.at = at
  walked.count = count
}

/** Whether what stands at a place is a letter without being a sign. */
export function isLetterAt(units: Uint16Array, at: number): boolean {
  const code = units[at] as number
  const letter = LETTERS[code] as number
  return letter !== 0 && letter !== FOLLOWED && !(isEscape(code) && at > 0 && units[at - 1] === BACKSLASH)
}

function metLetter(code: number): number {
  const letter = foldedLetter(letterOf(code))
  if (letter < FOLLOWED) LETTERS[code] = LETTERS_AND_SIGNS[code] = letter
  return letter
}
