import { withUnits } from '../text-units.ts'

/** Starts and ends of runs, flat. */
export type Runs = Uint32Array<ArrayBuffer>

/** What one walk over the units of a text shows. */
export interface UnitWalk {
  /** Runs of ASCII digits. */
  readonly digits: Runs
  /** Runs of at least `RUN_MIN` characters that base64, hex and their like are made of. */
  readonly long: Runs
  /** Where the sixth of a row of single letters or digits may stand. */
  readonly singles: readonly number[]
  /** False where no sign stands in the text that an escape begins with. */
  readonly mayEscape: boolean
}

/** Shorter encoded runs cannot hold an instruction or a secret and are common in ordinary text. */
export const RUN_MIN = 16
export const SPACED_MIN = 6
export const GAP_MAX = 3

/** Kinds of units. Only the sign of an escape has the bit `ESCAPE`. */
const LETTER = 0
const DIGIT = 1
const SIGN = 2
const OTHER = 3
const ESCAPE = 4
const KIND_BITS = 3

const KINDS = kindTable()

function kindTable(): Uint8Array {
  const kinds = new Uint8Array(0x10000).fill(OTHER)
  const put = (chars: string, kind: number): void => {
    for (const char of chars) kinds[char.charCodeAt(0)] = kind
  }
  put('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', LETTER)
  put('0123456789', DIGIT)
  put('+/_-', SIGN)
  put('\\%&=', ESCAPE)
  return kinds
}

/** Flags of a transition: a run of digits begins or ends, a long run is known to be one or ends, six singles in a row. */
const DIGIT_EDGE = 0x2000
const LONG_EDGE = 0x4000
const SPACED = 0x8000
const FLAGS = DIGIT_EDGE | LONG_EDGE | SPACED
const STATE = DIGIT_EDGE - 1

/**
 * States of the walk, which is one deterministic automaton for three questions: how long the run of encoded characters is, how
 * many single letters stand in a row, and whether a digit came last.
 */
interface State {
  /** Length of the run, up to `RUN_MIN`. */
  readonly run: number
  /** Singles of the row so far, one more than `SPACED_MIN` for all that follow. */
  readonly count: number
  /** Units since the last letter or digit, up to `GAP_MAX`; 0 right behind one. */
  readonly gap: number
  /** Two letters or digits stand beside each other. */
  readonly isWord: boolean
  readonly isDigit: boolean
}

const START: State = { run: 0, count: 0, gap: 1, isWord: false, isDigit: false }

function after(state: State, kind: number): State & { readonly flags: number } {
  const isAlnum = kind === LETTER || kind === DIGIT
  const run = isAlnum || kind === SIGN ? Math.min(RUN_MIN, state.run + 1) : 0
  const isDigit = kind === DIGIT
  const isBehindLetter = state.gap === 0
  const isWord = isAlnum && isBehindLetter
  const count = isWord
    ? 0
    : isAlnum
      ? Math.min(SPACED_MIN + 1, state.count + 1)
      : !isBehindLetter && state.gap >= GAP_MAX
        ? 0
        : state.count
  return {
    run,
    isDigit,
    isWord,
    count,
    gap: isAlnum ? 0 : count === 0 ? 1 : state.gap + 1,
    flags:
      (isDigit === state.isDigit ? 0 : DIGIT_EDGE) |
      ((run === RUN_MIN) === (state.run === RUN_MIN) ? 0 : LONG_EDGE) |
      (isAlnum && count === SPACED_MIN && state.count < SPACED_MIN ? SPACED : 0),
  }
}

let transitions: Uint16Array | undefined

/** The next state, shifted by `KIND_BITS`, with its flags, for each state and kind. */
function compiled(): Uint16Array {
  const states: State[] = [START]
  const numbers = new Map([[nameOf(START), 0]])
  const cells: number[] = []
  for (let number = 0; number < states.length; number++)
    for (let kind = 0; kind < 1 << KIND_BITS; kind++) {
      const { flags, ...next } = after(states[number] as State, Math.min(kind, ESCAPE))
      const known = numbers.get(nameOf(next)) ?? states.push(next) - 1
      numbers.set(nameOf(next), known)
      cells.push((known << KIND_BITS) | flags)
    }
  if (cells.length > DIGIT_EDGE) throw new RangeError('the walk has more states than a cell can name')
  return Uint16Array.from(cells)
}

const nameOf = ({ run, count, gap, isWord, isDigit }: State): string =>
  `${run} ${count} ${gap} ${String(isWord)} ${String(isDigit)}`

/** Where runs are gathered before their number is known. */
const gathered: { digits: Runs; long: Runs } = { digits: new Uint32Array(64), long: new Uint32Array(64) }
const NO_RUNS: Runs = new Uint32Array(0)

/** One look-up a unit, whatever the text. */
export function walkUnits(text: string): UnitWalk {
  return withUnits(text, (units) => walk(units, text.length))
}

function walk(units: Uint16Array, length: number): UnitWalk {
  const next = (transitions ??= compiled())
  const singles: number[] = []
  let { digits, long } = gathered
  let digitEdges = 0
  let longEdges = 0
  let kinds = 0
  let cell = 0
  for (let at = 0; at < length; at++) {
    const kind = KINDS[units[at] as number] as number
    kinds |= kind
    cell = next[cell | kind] as number
    if (cell <= STATE) continue
    if ((cell & DIGIT_EDGE) !== 0) {
      if (digitEdges === digits.length) digits = gathered.digits = grown(digits)
      digits[digitEdges++] = at
    }
    if ((cell & LONG_EDGE) !== 0) {
      if (longEdges === long.length) long = gathered.long = grown(long)
      long[longEdges] = longEdges % 2 === 0 ? at + 1 - RUN_MIN : at
      longEdges += 1
    }
    if ((cell & SPACED) !== 0) singles.push(at)
    cell &= ~FLAGS
  }
  return {
    digits: closed(digits, digitEdges, length),
    long: closed(long, longEdges, length),
    singles,
    mayEscape: (kinds & ESCAPE) !== 0,
  }
}

function grown(runs: Runs): Runs {
  const more = new Uint32Array(2 * runs.length)
  more.set(runs)
  return more
}

/** A run that goes to the end of the text ends there. */
function closed(edges: Runs, count: number, length: number): Runs {
  if (count === 0) return NO_RUNS
  const runs = edges.slice(0, count + (count % 2))
  if (count % 2 === 1) runs[count] = length
  return runs
}
