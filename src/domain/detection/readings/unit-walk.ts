import { ESCAPE, HAS_HITS, isAsciiAlnum, JOINT, PATTERNS, WORD_END, type Automaton } from '../automaton.ts'
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
  /** Where patterns of the automaton end, and its states there, flat. */
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

/** Kind of each unit, and above it the class that the automaton gives. */
function traitsOf({ classes }: Automaton): Uint16Array {
  const traits = new Uint16Array(0x10000).fill(OTHER)
  const put = (chars: string, kind: number): void => {
    for (const char of chars) traits[char.charCodeAt(0)] = kind
  }
  put('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', LETTER)
  put('0123456789', DIGIT)
  put('+/_-', SIGN)
  for (let code = 0; code < traits.length; code++)
    traits[code] = (traits[code] as number) | ((classes[code] as number) << KIND_BITS)
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

const traitsByAutomaton = new WeakMap<Automaton, Uint16Array>()

/** A few look-ups a unit, whatever the text. */
export function walkUnits(text: string, automaton: Automaton): UnitWalk {
  let traits = traitsByAutomaton.get(automaton)
  if (traits === undefined) traitsByAutomaton.set(automaton, (traits = traitsOf(automaton)))
  const tables = { traits, automaton, kinds: (transitions ??= compiled()) }
  const { length } = text
  const singles: number[] = []
  withUnits(text, (units) => {
    walk(units, length, tables)
    for (const events of [left, right]) takeEvents(events, { units, length, automaton, singles })
  })
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
  readonly automaton: Automaton
  /** Transitions of the walk for runs and rows. */
  readonly kinds: Uint16Array
}

/**
 * Where something is to be done, two numbers each: the place, and the state of the automaton with `HAS_HITS` above the cell with its
 * flags. One list for each half.
 */
interface Events {
  list: Uint32Array
  length: number
}

const EVENTS_LEAST = 512
const left: Events = { list: new Uint32Array(EVENTS_LEAST), length: 0 }
const right: Events = { list: new Uint32Array(EVENTS_LEAST), length: 0 }

function twice(list: Uint32Array): Uint32Array {
  const more = new Uint32Array(2 * list.length)
  more.set(list)
  return more
}

/** Shorter texts are walked in one go. */
const HALVES_FROM = 2_048
/** Rows of singles and long runs are known from so many units. */
const REACH = 64

/** Each step of a walk waits for the one before it: two of them in turn, one over each half, wait for memory together. */
function walk(units: Uint16Array, length: number, tables: Tables): void {
  const { traits, automaton, kinds } = tables
  const { next, shift } = automaton
  const half = length < HALVES_FROM ? 0 : length >> 1
  const [stateThere, cellThere] = half === 0 ? [0, 0] : stateAt(units, half, tables)
  let state = 0
  let cell = 0
  let other = stateThere
  let otherCell = cellThere
  let [near, far] = [left.list, right.list]
  let nearEnd = 0
  let farEnd = 0
  for (let at = 0, beside = half; at < half; at++, beside++) {
    const trait = traits[units[at] as number] as number
    const otherTrait = traits[units[beside] as number] as number
    state = next[(state << shift) + (trait >>> KIND_BITS)] as number
    other = next[(other << shift) + (otherTrait >>> KIND_BITS)] as number
    cell = kinds[cell | (trait & KIND)] as number
    otherCell = kinds[otherCell | (otherTrait & KIND)] as number
    if ((((state | other) & HAS_HITS) | ((cell | otherCell) & FLAGS)) === 0) continue
    if (((state & HAS_HITS) | (cell & FLAGS)) !== 0) {
      if (nearEnd === near.length) near = twice(near)
      near[nearEnd] = at
      near[nearEnd + 1] = (state << 16) | cell
      nearEnd += 2
      state &= HAS_HITS - 1
      cell &= ~FLAGS
    }
    if (((other & HAS_HITS) | (otherCell & FLAGS)) !== 0) {
      if (farEnd === far.length) far = twice(far)
      far[farEnd] = beside
      far[farEnd + 1] = (other << 16) | otherCell
      farEnd += 2
      other &= HAS_HITS - 1
      otherCell &= ~FLAGS
    }
  }
  for (let at = 2 * half; at < length; at++) {
    const trait = traits[units[at] as number] as number
    other = next[(other << shift) + (trait >>> KIND_BITS)] as number
    otherCell = kinds[otherCell | (trait & KIND)] as number
    if (((other & HAS_HITS) | (otherCell & FLAGS)) === 0) continue
    if (farEnd === far.length) far = twice(far)
    far[farEnd] = at
    far[farEnd + 1] = (other << 16) | otherCell
    farEnd += 2
    other &= HAS_HITS - 1
    otherCell &= ~FLAGS
  }
  left.list = near
  left.length = nearEnd
  right.list = far
  right.length = farEnd
}

/** State and cell that a walk from the beginning has before `at`. */
function stateAt(units: Uint16Array, at: number, { traits, automaton, kinds }: Tables): readonly [number, number] {
  const { next, shift, reach } = automaton
  let state = 0
  let cell = 0
  for (let index = Math.max(0, at - Math.max(REACH, reach)); index < at; index++) {
    const trait = traits[units[index] as number] as number
    state = (next[(state << shift) + (trait >>> KIND_BITS)] as number) & (HAS_HITS - 1)
    cell = (kinds[cell | (trait & KIND)] as number) & ~FLAGS
  }
  return [state, cell]
}

interface Walked {
  readonly units: Uint16Array
  readonly length: number
  readonly automaton: Automaton
  readonly singles: number[]
}

function takeEvents(events: Events, walked: Walked): void {
  const { digits, long } = gathered
  const { list, length } = events
  for (let index = 0; index < length; index += 2) {
    const at = list[index] as number
    const event = list[index + 1] as number
    if (event >>> 16 >= HAS_HITS) takeHits(at, (event >>> 16) - HAS_HITS, walked)
    if ((event & FLAGS) === 0) continue
    if ((event & DIGIT_EDGE) !== 0) digits.push(at)
    if ((event & LONG_EDGE) !== 0) long.push(long.count % 2 === 0 ? at + 1 - RUN_MIN : at)
    if ((event & SPACED) !== 0) walked.singles.push(at)
  }
  events.length = 0
  if (list.length > KEPT_MAX) events.list = new Uint32Array(EVENTS_LEAST)
}

function takeHits(at: number, state: number, { units, length, automaton }: Walked): void {
  const tells = automaton.tells[state] as number
  // Most are a few letters at the beginning of a longer word.
  if ((tells & WORD_END) !== 0 && at + 1 < length && isAsciiAlnum(units[at + 1] as number)) return
  if ((tells & ESCAPE) !== 0) gathered.escapes.push(at)
  if ((tells & JOINT) !== 0) gathered.joints.push(at - 1)
  if ((tells & PATTERNS) === 0) return
  gathered.spots.push(at + 1)
  gathered.spots.push(state)
}
