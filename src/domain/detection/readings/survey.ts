import { markAutomaton } from '../mark-automaton.ts'
import type { Place } from './place.ts'
import { GAP_MAX, SPACED_MIN, walkUnits, type Places, type Runs, type UnitWalk } from './unit-walk.ts'

/** Where a text may hold another one: each kind in order and apart. */
export interface Survey {
  /** Runs of characters that base64, hex and their like are made of. */
  readonly long: readonly Place[]
  /** Rows of single letters or digits. */
  readonly spaced: readonly Place[]
  /** Rows of short numbers, as character codes are written. */
  readonly codes: readonly Place[]
  /** Words that mix letters with digits, all of which look like letters, up to a bound. */
  readonly mixed: readonly Place[]
  /** Runs of ASCII digits: starts and ends, flat. */
  readonly digits: Runs
  /** Where `\\`, `%`, `&` and `=` stand, which escapes begin with. */
  readonly escapes: Places
  /** Where `:`, `.` or `-` stands between two hexadecimal digits, and where two colons do. */
  readonly joints: Places
  /** Where marks end, and the states of their automaton there, flat. */
  readonly spots: Places
}

const CODES_MIN = 8
/** Units of so many codes of two digits, a sign between each. */
const CODE_ROW_MIN = 3 * CODES_MIN - 1
const MIXED_MAX = 256
const MIXED_WORD_MAX = 24

const ALNUM = 1
const SIGN = 2
const CLASS = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') CLASS[char.charCodeAt(0)] = ALNUM
for (const char of '+/_-') CLASS[char.charCodeAt(0)] = SIGN

const classAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code < 128 ? (CLASS[code] as number) : 0
}

/** What one walk over the units and short looks at the places that it names show. Linear. */
export function survey(text: string): Survey {
  return surveyOf(text, walkUnits(text, markAutomaton()))
}

/** The same where the walk was made already. */
export function surveyOf(text: string, walk: UnitWalk): Survey {
  const { digits, escapes, joints, spots } = walk
  return {
    long: placesOf(walk.long),
    spaced: spacedRows(text, walk.singles),
    codes: codeRows(text, digits),
    mixed: mixedWords(text, digits),
    digits,
    escapes,
    joints,
    spots,
  }
}

/** Starts and ends of the runs of ASCII digits, flat. */
export function digitRuns(text: string): Runs {
  return walkUnits(text, markAutomaton()).digits
}

const NO_PLACES: readonly Place[] = []

function placesOf(runs: Runs): readonly Place[] {
  if (runs.length === 0) return NO_PLACES
  const places: Place[] = []
  for (let run = 0; run < runs.length; run += 2)
    places.push({ start: runs[run] as number, end: runs[run + 1] as number })
  return places
}

function spacedRows(text: string, singles: readonly number[]): readonly Place[] {
  if (singles.length === 0) return NO_PLACES
  const rows: Place[] = []
  for (const sixth of singles) {
    const before = singlesTowards(text, sixth - 1, -1)
    const behind = singlesTowards(text, sixth, 1)
    if (before.count + behind.count >= SPACED_MIN) rowsWithin(text, before.at + 1, behind.at, rows)
  }
  return rows
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Letters that stand by themselves and near each other, and where the next one does not. */
function singlesTowards(text: string, from: number, step: 1 | -1): { readonly count: number; readonly at: number } {
  let count = 0
  let wasLetter = false
  let at = from
  for (let gap = 0; at >= 0 && at < text.length && gap <= GAP_MAX; at += step) {
    const isLetter = classAt(text, at) === ALNUM
    if (isLetter && wasLetter) break
    if (isLetter) count += 1
    gap = isLetter ? 0 : gap + 1
    wasLetter = isLetter
  }
  return { count, at }
}

const TWO_SINGLES = /[^A-Za-z0-9][A-Za-z0-9][^A-Za-z0-9]{1,3}[A-Za-z0-9](?![A-Za-z0-9])/g

/** Rows that begin in `[from, to)`. */
function rowsWithin(text: string, from: number, to: number, rows: Place[]): void {
  let floor = 0
  TWO_SINGLES.lastIndex = Math.max(0, from - 1)
  for (let match = TWO_SINGLES.exec(text); match !== null && match.index < to; match = TWO_SINGLES.exec(text)) {
    // A row at the very start has no sign before its first letter.
    const isFirst = match.index <= GAP_MAX && floor === 0 && classAt(text, 0) === ALNUM && nextSingle(text, 1) > 0
    const start = isFirst ? 0 : match.index + 1
    let end = TWO_SINGLES.lastIndex
    let count = isFirst ? 3 : 2
    for (let next = nextSingle(text, end); next > 0; next = nextSingle(text, end)) {
      end = next
      count += 1
    }
    if (count >= SPACED_MIN && start >= (rows.at(-1)?.end ?? 0)) rows.push({ start, end })
    TWO_SINGLES.lastIndex = floor = end
  }
}

/** One beyond the single letter that follows within the gap; 0 if none does. */
function nextSingle(text: string, from: number): number {
  let at = from
  while (at < text.length && at - from <= GAP_MAX && classAt(text, at) !== ALNUM) at += 1
  const gap = at - from
  const isSingle = gap >= 1 && gap <= GAP_MAX && classAt(text, at) === ALNUM && classAt(text, at + 1) !== ALNUM
  return isSingle ? at + 1 : 0
}

const CODE_WINDOW = 40
const NEAR_RUNS = 4
/** Eight bits are the longest code. */
const CODE_MAX = 8

function codeRows(text: string, runs: Runs): readonly Place[] {
  if (runs.length < 2 * NEAR_RUNS) return NO_PLACES
  const rows: Place[] = []
  let from = 0
  // End of the last word in which a number stood that is no code.
  let wordEnd = 0
  for (let run = 0; run + 2 * NEAR_RUNS <= runs.length; run += 2) {
    const start = runs[run] as number
    if (
      start < from ||
      !mayBeCode((runs[run + 1] as number) - start) ||
      (runs[run + 2 * (NEAR_RUNS - 1)] as number) - start > CODE_WINDOW ||
      (text.length - start < CODE_ROW_MIN && classAt(text, start - 1) !== ALNUM)
    )
      continue
    // Of a word that is longer than any code none of the numbers is one.
    if (start + CODE_MAX < wordEnd) {
      from = start + 1
      continue
    }
    if (endsSoon(text, runs, run)) continue
    const first = codeStart(text, start, from)
    const stop = codeEnd(text, first, start + 1)
    if (isCode(text, first, stop)) {
      const row = codeRow(text, stop)
      if (row.count >= CODES_MIN) rows.push({ start: first, end: row.end })
      from = Math.max(row.end, start + 1)
    } else {
      from = start + 1
      if (stop - first > CODE_MAX) wordEnd = endOfWord(text, stop)
    }
  }
  return rows
}

/** A code has one of these numbers of digits beside each other: `0x1f` has one or two, eight bits have eight. */
const mayBeCode = (digits: number): boolean => digits <= 3 || digits === 8

/** A number that stands alone, with one near behind it that no code holds: the row between them is too short. */
function endsSoon(text: string, runs: Runs, run: number): boolean {
  let end = runs[run + 1] as number
  if (classAt(text, (runs[run] as number) - 1) === ALNUM || classAt(text, end) === ALNUM) return false
  for (let next = run + 2; next < run + 2 * NEAR_RUNS; next += 2) {
    const start = runs[next] as number
    if (start - end > GAP_MAX) return false
    end = runs[next + 1] as number
    if (!mayBeCode(end - start)) return true
  }
  return false
}

/** Where the word begins that a number stands in, as far back as a code may reach. */
function codeStart(text: string, near: number, floor: number): number {
  let start = near
  while (start > floor && near - start < CODE_MAX && classAt(text, start - 1) === ALNUM) start -= 1
  return start
}

/** Where it ends, or a unit further than a code may reach; up to `from` it is known. */
function codeEnd(text: string, start: number, from: number): number {
  let stop = from
  while (stop < text.length && stop - start <= CODE_MAX && classAt(text, stop) === ALNUM) stop += 1
  return stop
}

/** The row that begins with a code which ends at `stop`. */
function codeRow(text: string, stop: number): { readonly end: number; readonly count: number } {
  let end = stop
  let count = 1
  for (;;) {
    let next = end
    while (next < text.length && next - end <= GAP_MAX && classAt(text, next) !== ALNUM) next += 1
    if (next - end > GAP_MAX || next >= text.length) break
    const last = codeEnd(text, next, next)
    if (!isCode(text, next, last)) break
    count += 1
    end = last
  }
  return { end, count }
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (at < text.length && classAt(text, at) === ALNUM) at += 1
  return at
}

/** Two hex digits, with `0x` or not; two or three decimal digits; eight bits. */
function isCode(text: string, start: number, end: number): boolean {
  const length = end - start
  if (length !== 2 && length !== 3 && length !== 4 && length !== 8) return false
  if (length !== 4) return isOf(text, start, end, length === 2 ? isHex : length === 3 ? isDigit : isBit)
  return text.charCodeAt(start) === 48 && text.charCodeAt(start + 1) === 120 && isOf(text, start + 2, end, isHex)
}

function isOf(text: string, start: number, end: number, isMember: (code: number) => boolean): boolean {
  for (let at = start; at < end; at++) if (!isMember(text.charCodeAt(at))) return false
  return true
}

const isBit = (code: number): boolean => code === 48 || code === 49
const isHex = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

/** Bit of each digit that stands for no letter. */
const NO_LETTERS = (1 << 2) | (1 << 6) | (1 << 8) | (1 << 9)

/** Whether every digit of a word looks like a letter. */
function hasLetterDigits(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9 && ((NO_LETTERS >> digit) & 1) === 1) return false
  }
  return true
}

function mixedWords(text: string, runs: Runs): readonly Place[] {
  if (runs.length === 0) return NO_PLACES
  const words: Place[] = []
  let last = 0
  for (let run = 0; run < runs.length && words.length < MIXED_MAX; run += 2) {
    let start = runs[run] as number
    let end = runs[run + 1] as number
    if (start < last || (classAt(text, start - 1) !== ALNUM && classAt(text, end) !== ALNUM)) continue
    while (start > last && end - start <= MIXED_WORD_MAX && classAt(text, start - 1) === ALNUM) start -= 1
    while (end < text.length && end - start <= MIXED_WORD_MAX && classAt(text, end) === ALNUM) end += 1
    last = end
    if (end - start >= 3 && end - start <= MIXED_WORD_MAX && hasLetterDigits(text, start, end))
      words.push({ start, end })
  }
  return words
}
