import { fail, ok, type Result } from '../../base/result.ts'

/** Longest pattern, largest automaton, longest text: together they bound the work of one match. */
export const PATTERN_CHARS_MAX = 300
const STATES_MAX = 1_000
const REPEATS_MAX = 100
export const MATCH_TEXT_CHARS_MAX = 10_000

export interface LinearPattern {
  /** Does the pattern cover the whole text? A text beyond `MATCH_TEXT_CHARS_MAX` matches nothing. */
  matches(text: string): boolean
}

type Atom = (code: number) => boolean
type State =
  | { readonly kind: 'atom'; readonly atom: Atom; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'accept' }

/**
 * Regular expressions without backtracking: literals, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their opposites, `( )`, `|`,
 * `* + ?` and `{m,n}`. Anchored at both ends; no back references, no look-around. The text is read once, and each character
 * costs at most one look at each state.
 */
export function compileLinearPattern(pattern: string): Result<LinearPattern, string> {
  if (pattern.length > PATTERN_CHARS_MAX) return fail(`the pattern is longer than ${PATTERN_CHARS_MAX} characters`)
  try {
    const states = new PatternParser(pattern).parse()
    return ok({ matches: (text) => text.length <= MATCH_TEXT_CHARS_MAX && run(states, text) })
  } catch (error) {
    if (error instanceof PatternError) return fail(error.message)
    throw error
  }
}

class PatternError extends Error {}

/** Both sets of states are kept as lists with a mark per step, so that a step never visits a state twice. */
function run(states: readonly State[], text: string): boolean {
  const marks = new Int32Array(states.length).fill(-1)
  let current: number[] = []
  let following: number[] = []
  const stack: number[] = []
  const add = (start: number, step: number, list: number[]): void => {
    stack.push(start)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (marks[at] === step) continue
      marks[at] = step
      const state = states[at]
      if (state?.kind === 'split') stack.push(state.other, state.next)
      else list.push(at)
    }
  }
  add(0, 0, current)
  let step = 0
  for (const char of text) {
    step += 1
    const code = char.codePointAt(0) ?? 0
    for (const at of current) {
      const state = states[at]
      if (state?.kind === 'atom' && state.atom(code)) add(state.next, step, following)
    }
    const emptied = current
    current = following
    following = emptied
    following.length = 0
    if (current.length === 0) return false
  }
  return current.some((at) => states[at]?.kind === 'accept')
}

type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number }

const DEPTH_MAX = 20

class PatternParser {
  readonly #chars: readonly string[]
  readonly #states: State[] = []
  #at = 0

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  parse(): readonly State[] {
    const node = this.#choice(0)
    if (this.#at < this.#chars.length) throw new PatternError('a `)` closes nothing')
    // Built from the end: each node is told where to go on.
    const accept = this.#push({ kind: 'accept' })
    const start = this.#emit(node, accept)
    const entry = this.#push({ kind: 'split', next: start, other: start })
    return swapToFront(this.#states, entry)
  }

  #push(state: State): number {
    if (this.#states.length >= STATES_MAX) throw new PatternError(`the pattern needs more than ${STATES_MAX} states`)
    return this.#states.push(state) - 1
  }

  #emit(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'atom':
        return this.#push({ kind: 'atom', atom: node.atom, next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.#emit(part, after), next)
      case 'choice':
        return node.parts
          .map((part) => this.#emit(part, next))
          .reduceRight((other, own) => this.#push({ kind: 'split', next: own, other }))
      case 'repeat':
        return this.#emitRepeat(node, next)
    }
  }

  #emitRepeat({ part, min, max }: Extract<Node, { kind: 'repeat' }>, next: number): number {
    let at = next
    if (max === Infinity) {
      const loop: State = { kind: 'split', next, other: next }
      at = this.#push(loop)
      loop.next = this.#emit(part, at)
    } else
      for (let count = min; count < max; count++)
        at = this.#push({ kind: 'split', next: this.#emit(part, at), other: next })
    for (let count = 0; count < min; count++) at = this.#emit(part, at)
    return at
  }

  #choice(depth: number): Node {
    if (depth > DEPTH_MAX) throw new PatternError(`groups are nested deeper than ${DEPTH_MAX}`)
    const parts = [this.#sequence(depth)]
    while (this.#peek() === '|') {
      this.#at += 1
      parts.push(this.#sequence(depth))
    }
    return parts.length === 1 ? (parts[0] ?? { kind: 'empty' }) : { kind: 'choice', parts }
  }

  #sequence(depth: number): Node {
    const parts: Node[] = []
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek())
      parts.push(this.#quantified(depth))
    return parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts }
  }

  #quantified(depth: number): Node {
    const part = this.#single(depth)
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    if ('*+?{'.includes(this.#peek() ?? ' ')) throw new PatternError('two repeats follow each other')
    return { kind: 'repeat', part, ...bounds }
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    const char = this.#peek()
    if (char === undefined || !'*+?{'.includes(char)) return undefined
    this.#at += 1
    if (char === '*') return { min: 0, max: Infinity }
    if (char === '+') return { min: 1, max: Infinity }
    if (char === '?') return { min: 0, max: 1 }
    const end = this.#chars.indexOf('}', this.#at)
    const written = /^(\d{1,3})(?:(,)(\d{1,3})?)?$/.exec(this.#chars.slice(this.#at, Math.max(this.#at, end)).join(''))
    if (written === null) throw new PatternError('`{` begins no repeat; write `\\{` for the character')
    this.#at = end + 1
    const min = Number(written[1])
    const max = written[2] === undefined ? min : written[3] === undefined ? Infinity : Number(written[3])
    if (min > max || min > REPEATS_MAX || (max !== Infinity && max > REPEATS_MAX))
      throw new PatternError(`a repeat is from 0 to ${REPEATS_MAX}`)
    return { min, max }
  }

  #single(depth: number): Node {
    const char = this.#next('the pattern ends too early')
    if (char === '(') {
      if (this.#peek() === '?') throw new PatternError('`(?` is not known here')
      const node = this.#choice(depth + 1)
      if (this.#next('a `(` is not closed') !== ')') throw new PatternError('a `(` is not closed')
      return node
    }
    if (char === '[') return { kind: 'atom', atom: this.#set() }
    if (char === '.') return { kind: 'atom', atom: (code) => code !== 10 && code !== 13 }
    if (char === '\\') return { kind: 'atom', atom: escaped(this.#next('a `\\` ends the pattern')) }
    if ('*+?{'.includes(char)) throw new PatternError(`\`${char}\` repeats nothing`)
    if (char === '^' || char === '$')
      throw new PatternError(`\`${char}\` is not needed: a pattern covers the whole text`)
    return { kind: 'atom', atom: exactly(char) }
  }

  #set(): Atom {
    const isNegated = this.#peek() === '^'
    if (isNegated) this.#at += 1
    const atoms: Atom[] = []
    for (let char = this.#next('a `[` is not closed'); char !== ']'; char = this.#next('a `[` is not closed')) {
      if (char === '\\') {
        atoms.push(escaped(this.#next('a `\\` ends the pattern')))
        continue
      }
      if (this.#peek() === '-' && this.#chars[this.#at + 1] !== ']') {
        this.#at += 1
        const [low, high] = [char.codePointAt(0) ?? 0, this.#next('a range is open').codePointAt(0) ?? 0]
        if (low > high) throw new PatternError('a range runs backwards')
        atoms.push((code) => code >= low && code <= high)
        continue
      }
      atoms.push(exactly(char))
    }
    if (atoms.length === 0) throw new PatternError('a `[]` holds nothing')
    return (code) => atoms.some((atom) => atom(code)) !== isNegated
  }

  #peek(): string | undefined {
    return this.#chars[this.#at]
  }

  #next(otherwise: string): string {
    const char = this.#chars[this.#at]
    if (char === undefined) throw new PatternError(otherwise)
    this.#at += 1
    return char
  }
}

const exactly = (char: string): Atom => {
  const own = char.codePointAt(0)
  return (code) => code === own
}

const isDigit: Atom = (code) => code >= 48 && code <= 57
const isWord: Atom = (code) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isSpace: Atom = (code) => code === 32 || (code >= 9 && code <= 13 && code !== 11)
const CLASSES: Readonly<Record<string, Atom>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isSpace,
  S: (code) => !isSpace(code),
  n: (code) => code === 10,
  r: (code) => code === 13,
  t: (code) => code === 9,
}

function escaped(char: string): Atom {
  const known = CLASSES[char]
  if (known !== undefined) return known
  if (/[A-Za-z0-9]/.test(char)) throw new PatternError(`\`\\${char}\` is not known here`)
  return exactly(char)
}

/** The entry becomes state 0; whatever stood there takes its place. */
function swapToFront(states: State[], entry: number): readonly State[] {
  const moved = (at: number): number => (at === entry ? 0 : at === 0 ? entry : at)
  const swapped = states.map((state): State => {
    if (state.kind === 'atom') return { ...state, next: moved(state.next) }
    return state.kind === 'split' ? { kind: 'split', next: moved(state.next), other: moved(state.other) } : state
  })
  const first = swapped[0]
  const last = swapped[entry]
  if (first !== undefined && last !== undefined) {
    swapped[0] = last
    swapped[entry] = first
  }
  return swapped
}
