/** A span of a text, half-open, in UTF-16 units. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** Where a text may hold another one: each kind in order and apart. */
export interface Survey {
  /** Runs of characters that base64, hex and their like are made of. */
  readonly long: readonly Place[]
  /** Rows of single letters or digits. */
  readonly spaced: readonly Place[]
  /** Rows of short numbers, as character codes are written. */
  readonly codes: readonly Place[]
  /** Words that mix letters with digits that look like letters, up to a bound. */
  readonly mixed: readonly Place[]
}

/** Shorter encoded runs cannot hold an instruction or a secret and are common in ordinary text. */
export const RUN_MIN = 16
const SPACED_MIN = 6
const CODES_MIN = 8
const GAP_MAX = 3
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

/** Linear; prose costs a few searches of the engine's own and a look at every tenth character. `runs`: its runs of digits. */
export function survey(text: string, runs: Runs = digitRuns(text)): Survey {
  return { long: longRuns(text), spaced: spacedRows(text), codes: codeRows(text, runs), mixed: mixedWords(text, runs) }
}

/** Starts and ends of runs, flat. */
export type Runs = Uint32Array<ArrayBuffer>

/** Behind a run the next one is looked for unit by unit so far, and then by the engine's own search. */
const NEAR_DIGIT = 24
const NO_RUNS: Runs = new Uint32Array(0)
/** Where runs are gathered before their number is known. */
let gathered: Runs = new Uint32Array(64)

/** Starts and ends of the runs of ASCII digits, flat. */
export function digitRuns(text: string): Runs {
  const digit = /[0-9]/g
  const { length } = text
  let runs = gathered
  let count = 0
  while (digit.test(text)) {
    let at = digit.lastIndex - 1
    let limit = at + 1
    while (at < limit) {
      if (isDigit(text.charCodeAt(at))) {
        if (count + 2 > runs.length) runs = gathered = grown(runs)
        runs[count++] = at++
        while (at < length && isDigit(text.charCodeAt(at))) at += 1
        runs[count++] = at
        limit = Math.min(length, at + NEAR_DIGIT)
      } else at += 1
    }
    digit.lastIndex = at
  }
  return count === 0 ? NO_RUNS : runs.slice(0, count)
}

function grown(runs: Runs): Runs {
  const more = new Uint32Array(2 * runs.length)
  more.set(runs)
  return more
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** A run of that length cannot hide between two probes. */
function longRuns(text: string): readonly Place[] {
  const long: Place[] = []
  for (let probe = RUN_MIN - 1; probe < text.length; probe += RUN_MIN) {
    if (classAt(text, probe) === 0) continue
    let start = probe
    while (start > 0 && probe - start < RUN_MIN && classAt(text, start - 1) !== 0) start -= 1
    let end = probe + 1
    while (end < text.length && classAt(text, end) !== 0) end += 1
    if (end - start >= RUN_MIN) long.push({ start, end })
    // The next probe that can see another run.
    while (probe + RUN_MIN < end) probe += RUN_MIN
  }
  return long
}

/** The shortest row is eleven units long: one of every ten neighbours stands in it, and they are not both letters. */
const ROW_PROBE = 10

function spacedRows(text: string): readonly Place[] {
  const rows: Place[] = []
  const last = text.length - 2
  for (let probe = 2; probe <= last; probe += ROW_PROBE) {
    const here = classAt(text, probe)
    const next = classAt(text, probe + 1)
    if (here === ALNUM && next === ALNUM) continue
    const third = classAt(text, probe + 2)
    // Two letters beside each other end a row: near on both sides they leave no room for one.
    if (third === ALNUM && (next === ALNUM || classAt(text, probe + 3) === ALNUM)) {
      const before = classAt(text, probe - 1)
      if (before === ALNUM && (here === ALNUM || classAt(text, probe - 2) === ALNUM)) continue
    }
    const before = singlesTowards(text, probe - 1, -1)
    const behind = singlesTowards(text, probe, 1)
    if (before.count + behind.count < SPACED_MIN) continue
    rowsWithin(text, before.at + 1, behind.at, rows)
    while (probe + ROW_PROBE < behind.at) probe += ROW_PROBE
  }
  return rows
}

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

function codeRows(text: string, runs: Runs): readonly Place[] {
  const rows: Place[] = []
  let from = 0
  for (let run = 0; run + 2 * NEAR_RUNS <= runs.length; run += 2) {
    const start = runs[run] as number
    if (start < from || (runs[run + 2 * (NEAR_RUNS - 1)] as number) - start > CODE_WINDOW) continue
    const row = codeRow(text, start, from)
    if (row.count >= CODES_MIN) rows.push({ start: row.start, end: row.end })
    from = row.end
  }
  return rows
}

function codeRow(text: string, near: number, floor: number): Place & { readonly count: number } {
  let start = near
  while (start > floor && near - start < 8 && classAt(text, start - 1) === ALNUM) start -= 1
  let end = start
  let count = 0
  let first = start
  for (let at = start; ;) {
    let stop = at
    while (stop < text.length && stop - at <= 8 && classAt(text, stop) === ALNUM) stop += 1
    if (!isCode(text, at, stop)) break
    if (count === 0) first = at
    count += 1
    end = stop
    let next = stop
    while (next < text.length && next - stop <= GAP_MAX && classAt(text, next) !== ALNUM) next += 1
    if (next - stop > GAP_MAX || next >= text.length) break
    at = next
  }
  return { start: first, end: Math.max(end, near + 1), count }
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

function mixedWords(text: string, runs: Runs): readonly Place[] {
  const words: Place[] = []
  let last = 0
  for (let run = 0; run < runs.length && words.length < MIXED_MAX; run += 2) {
    let start = runs[run] as number
    let end = runs[run + 1] as number
    if (start < last || (classAt(text, start - 1) !== ALNUM && classAt(text, end) !== ALNUM)) continue
    while (start > last && end - start <= MIXED_WORD_MAX && classAt(text, start - 1) === ALNUM) start -= 1
    while (end < text.length && end - start <= MIXED_WORD_MAX && classAt(text, end) === ALNUM) end += 1
    last = end
    if (end - start >= 3 && end - start <= MIXED_WORD_MAX && /[013457]/.test(text.slice(start, end)))
      words.push({ start, end })
  }
  return words
}
