import { bitOf, CLASS_BITS, rowOf, type GramSieve } from '../gram-sieve.ts'
import { withUnits } from '../text-units.ts'

/** Starts and ends of runs, flat. */
export type Runs = Uint32Array<ArrayBuffer>
/** Places in order. */
export type Places = Uint32Array<ArrayBuffer>

/** What one walk over the units of a text shows. */
export interface UnitWalk {
  /** Runs of ASCII digits. */
  readonly digits: Runs
  /** Runs of at least `RUN_MIN` characters that base64, hex and their like are made of. */
  readonly long: Runs
  /** Where the sixth of a row of single letters or digits may stand. */
  readonly singles: readonly number[]
  /** Where `\\`, `%`, `&` and `=` stand, which escapes begin with. */
  readonly escapes: Places
  /** Where `:`, `.` or `-` stands between two hexadecimal digits, and where two colons do. */
  readonly joints: Places
  /** Where a pattern of the sieve may begin, each place with its buckets. */
  readonly spots: Places
}

/** Shorter encoded runs cannot hold an instruction or a secret and are common in ordinary text. */
export const RUN_MIN = 16
export const SPACED_MIN = 6
export const GAP_MAX = 3

/** Kinds of units. */
const LETTER = 0
const DIGIT = 1
const SIGN = 2
const OTHER = 3
const KIND_BITS = 2
const KIND = 3
/** Of a traits cell: above the kind, a bit for the sign of an escape, and above that the class that the sieve gives. */
const ESCAPE = 4
const CLASS_SHIFT = 3

function traitsOf({ classes }: GramSieve): Uint16Array {
  const traits = new Uint16Array(0x10000).fill(OTHER)
  const put = (chars: string, kind: number): void => {
    for (const char of chars) traits[char.charCodeAt(0)] = kind
  }
  put('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', LETTER)
  put('0123456789', DIGIT)
  put('+/_-', SIGN)
  put('\\%&=', OTHER | ESCAPE)
  for (let code = 0; code < traits.length; code++)
    traits[code] = (traits[code] as number) | ((classes[code] as number) << CLASS_SHIFT)
  return traits
}

/** Flags of a transition: a run of digits begins or ends, a long run is known to be one or ends, six singles in a row. */
const DIGIT_EDGE = 0x2000
const LONG_EDGE = 0x4000
const SPACED = 0x8000
const FLAGS = DIGIT_EDGE | LONG_EDGE | SPACED

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
    for (let kind = 0; kind <= KIND; kind++) {
      const { flags, ...next } = after(states[number] as State, kind)
      const known = numbers.get(nameOf(next)) ?? states.push(next) - 1
      numbers.set(nameOf(next), known)
      cells.push((known << KIND_BITS) | flags)
    }
  if (cells.length > DIGIT_EDGE) throw new RangeError('the walk has more states than a cell can name')
  return Uint16Array.from(cells)
}

const nameOf = ({ run, count, gap, isWord, isDigit }: State): string =>
  `${run} ${count} ${gap} ${String(isWord)} ${String(isDigit)}`

/** A list that grows, and lasts from walk to walk. */
class Gathered {
  #list: Places = new Uint32Array(64)
  #count = 0

  push(place: number): void {
    if (this.#count === this.#list.length) {
      const more = new Uint32Array(2 * this.#count)
      more.set(this.#list)
      this.#list = more
    }
    this.#list[this.#count++] = place
  }
  get count(): number {
    return this.#count
  }
  /** What was gathered; nothing is, afterwards. */
  take(): Places {
    if (this.#count === 0) return NONE
    const taken = this.#list.slice(0, this.#count)
    this.#count = 0
    if (this.#list.length > KEPT_MAX) this.#list = new Uint32Array(64)
    return taken
  }
  /** Edges of runs: a run that goes to the end of the text ends there. */
  takeRuns(length: number): Runs {
    if (this.#count % 2 === 1) this.push(length)
    return this.take()
  }
}

const NONE: Places = new Uint32Array(0)
const KEPT_MAX = 0x10000
const gathered = {
  digits: new Gathered(),
  long: new Gathered(),
  escapes: new Gathered(),
  joints: new Gathered(),
  spots: new Gathered(),
}

const traitsBySieve = new WeakMap<GramSieve, Uint16Array>()

/** A few look-ups a unit, whatever the text. */
export function walkUnits(text: string, sieve: GramSieve): UnitWalk {
  let traits = traitsBySieve.get(sieve)
  if (traits === undefined) traitsBySieve.set(sieve, (traits = traitsOf(sieve)))
  const tables = { traits, sieve, next: (transitions ??= compiled()) }
  const { length } = text
  const singles = withUnits(text, (units) => walk(units, length, tables))
  return {
    digits: gathered.digits.takeRuns(length),
    long: gathered.long.takeRuns(length),
    singles,
    escapes: gathered.escapes.take(),
    joints: gathered.joints.take(),
    spots: gathered.spots.take(),
  }
}

interface Tables {
  readonly traits: Uint16Array
  readonly sieve: GramSieve
  readonly next: Uint16Array
}

/** A gram begins so many units before its last one. */
const BEFORE_LAST = 3
const BLOCK_BITS = 13
/** Something is to be done at a unit: its place within the block, and above that `SPOT`, `ESCAPE` and the flags of its cell. */
const events = new Uint32Array(1 << BLOCK_BITS)
const SPOT = 1

interface Step {
  cell: number
  gram: number
}

function walk(units: Uint16Array, length: number, tables: Tables): readonly number[] {
  const singles: number[] = []
  const step: Step = { cell: 0, gram: 0 }
  for (let from = 0; from < length; from += 1 << BLOCK_BITS) {
    const count = walkBlock(units, from, Math.min(length, from + (1 << BLOCK_BITS)), { ...tables, step })
    takeEvents(units, from, count, { sieve: tables.sieve, singles })
  }
  // The last three units begin grams as well; what is left in the array behind them is of other texts.
  for (let at = length - BEFORE_LAST; at < length; at++) {
    step.gram <<= CLASS_BITS
    takeSpot(units.subarray(0, length), at, tables.sieve.bucketsOf(step.gram))
  }
  return singles
}

/** A loop of its own and without a branch that the processor would have to guess: every unit is put down, few are kept. */
function walkBlock(
  units: Uint16Array,
  from: number,
  to: number,
  { traits, sieve, next, step }: Tables & { readonly step: Step },
): number {
  const { bits } = sieve
  let { cell, gram } = step
  let count = 0
  for (let at = from; at < to; at++) {
    const trait = traits[units[at] as number] as number
    const flagged = next[cell | (trait & KIND)] as number
    cell = flagged & ~FLAGS
    gram = (gram << CLASS_BITS) | (trait >>> CLASS_SHIFT)
    const event = (flagged & FLAGS) | (trait & ESCAPE) | (((bits[rowOf(gram)] as number) >>> bitOf(gram)) & SPOT)
    events[count] = ((at - from) << 16) | event
    count += (event + 0xffff) >>> 16
  }
  step.cell = cell
  step.gram = gram
  return count
}

function takeEvents(
  units: Uint16Array,
  from: number,
  count: number,
  { sieve, singles }: { readonly sieve: GramSieve; readonly singles: number[] },
): void {
  const { digits, long, escapes } = gathered
  for (let index = 0; index < count; index++) {
    const event = events[index] as number
    const at = from + (event >>> 16)
    if ((event & SPOT) !== 0) takeSpot(units, at - BEFORE_LAST, sieve.bucketsOf(gramTo(units, at, sieve.classes)))
    if ((event & ESCAPE) !== 0) escapes.push(at)
    if ((event & DIGIT_EDGE) !== 0) digits.push(at)
    if ((event & LONG_EDGE) !== 0) long.push(long.count % 2 === 0 ? at + 1 - RUN_MIN : at)
    if ((event & SPACED) !== 0) singles.push(at)
  }
}

function gramTo(units: Uint16Array, last: number, classes: Uint8Array): number {
  let gram = 0
  for (let at = Math.max(0, last - BEFORE_LAST - 1); at <= last; at++)
    gram = (gram << CLASS_BITS) | (classes[units[at] as number] as number)
  return gram
}

const COLON = 58
const DASH = 45
const POINT = 46
const isHex = (code: number): boolean => (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)

/** A joint, a place where patterns may begin, or neither. */
function takeSpot(units: Uint16Array, at: number, buckets: number): void {
  if (at < 0) return
  if (buckets !== 0) {
    gathered.spots.push(at)
    gathered.spots.push(buckets)
  }
  const second = units[at + 1] as number
  if (second !== COLON && second !== DASH && second !== POINT) return
  const first = units[at] as number
  if (first === COLON && second === COLON) gathered.joints.push(at)
  else if (isHex(first) && isHex(units[at + 2] as number)) gathered.joints.push(at + 1)
}
