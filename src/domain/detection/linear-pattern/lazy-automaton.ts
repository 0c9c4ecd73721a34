import type { PatternNode, UnitSet } from './parse-pattern.ts'

/** A state of the nondeterministic automaton: a set that leads on, a fork, or the end of a pattern. */
type State =
  | { readonly kind: 'set'; readonly set: UnitSet; readonly next: number }
  | { readonly kind: 'fork'; readonly next: readonly number[] }
  | { readonly kind: 'end'; readonly pattern: number }

/** States of all patterns together (Thompson, CACM 11:6, 1968). Throws a `RangeError` beyond its bound. */
export class StateTable {
  readonly states: State[] = []
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  add(state: State): number {
    if (this.states.length >= this.#max) throw new RangeError(`more than ${this.#max} states`)
    return this.states.push(state) - 1
  }

  /** States that accept `node`, read forwards or backwards, and go on with `next`; gives the first of them. */
  build(node: PatternNode, next: number, isReversed: boolean): number {
    switch (node.kind) {
      case 'set':
        return this.add({ kind: 'set', set: node.set, next })
      case 'sequence':
        return (isReversed ? node.parts : node.parts.toReversed()).reduce(
          (then, part) => this.build(part, then, isReversed),
          next,
        )
      case 'choice':
        return this.add({ kind: 'fork', next: node.options.map((option) => this.build(option, next, isReversed)) })
      case 'repeat': {
        let then = next
        for (let count = node.min; count < node.max; count++)
          then = this.add({ kind: 'fork', next: [this.build(node.part, then, isReversed), next] })
        for (let count = 0; count < node.min; count++) then = this.build(node.part, then, isReversed)
        return then
      }
    }
  }
}

/** Which of a few classes each UTF-16 unit belongs to: units of one class are in the same sets. */
export class UnitClasses {
  readonly of = new Uint8Array(0x10000)
  readonly #first: number[] = []

  constructor(sets: readonly UnitSet[]) {
    const borders = new Set<number>([0])
    for (const set of sets)
      for (let at = 0; at < set.length; at += 2) {
        borders.add(set[at] ?? 0)
        borders.add((set[at + 1] ?? 0) + 1)
      }
    const known = new Map<string, number>()
    const sorted = [...borders].filter((border) => border < 0x10000).toSorted((left, right) => left - right)
    for (const [index, from] of sorted.entries()) {
      const key = sets.map((set) => (holds(set, from) ? '1' : '0')).join('')
      let number = known.get(key)
      if (number === undefined) {
        number = known.size
        if (number > 255) throw new RangeError('more than 256 kinds of characters')
        known.set(key, number)
        this.#first.push(from)
      }
      this.of.fill(number, from, sorted[index + 1] ?? 0x10000)
    }
  }

  get count(): number {
    return this.#first.length
  }

  /** Whether the units of a class are in a set. */
  isIn(number: number, set: UnitSet): boolean {
    return holds(set, this.#first[number] ?? 0)
  }
}

function holds(set: UnitSet, unit: number): boolean {
  for (let at = 0; at < set.length; at += 2) if (unit >= (set[at] ?? 0) && unit <= (set[at + 1] ?? 0)) return true
  return false
}

const UNKNOWN = -1
/** Nothing can match any more. */
export const DEAD = 0
/** So many states are kept; then all are forgotten and made again as they are met. */
const KEPT_MAX = 1_000

/**
 * A deterministic automaton whose states are made when a text leads to them: each unit of a text costs one look-up, or at most
 * one walk over the states of the patterns. Time is linear in the text for every pattern.
 */
export class LazyAutomaton {
  readonly #table: readonly State[]
  readonly #classes: UnitClasses
  readonly #entries: readonly number[]
  readonly #restarts: boolean
  #numbers = new Map<string, number>()
  #members: (readonly number[])[] = []
  #ends: (readonly number[])[] = []
  #next = new Int32Array(0)

  /** `restarts`: a match may begin at every unit, not only where the walk does. */
  constructor(table: readonly State[], classes: UnitClasses, entries: readonly number[], restarts: boolean) {
    this.#table = table
    this.#classes = classes
    this.#entries = entries
    this.#restarts = restarts
    this.#forget()
  }

  get start(): number {
    return this.#stateOf(this.#closure(this.#entries))
  }

  /** The state behind one more unit; states of before a call may be forgotten by it, and only the last one counts. */
  step(state: number, unit: number): number {
    const number = this.#classes.of[unit] as number
    const known = this.#next[state * this.#classes.count + number] as number
    return known === UNKNOWN ? this.#make(state, number) : known
  }

  /** Patterns that end in a state. */
  endsIn(state: number): readonly number[] {
    return this.#ends[state] ?? NONE
  }

  #make(state: number, number: number): number {
    const reached = (this.#members[state] ?? []).flatMap((member) => {
      const item = this.#table[member]
      return item?.kind === 'set' && this.#classes.isIn(number, item.set) ? [item.next] : []
    })
    const members = this.#closure(this.#restarts ? [...reached, ...this.#entries] : reached)
    if (this.#members.length >= KEPT_MAX) {
      this.#forget()
      return this.#stateOf(members)
    }
    const target = this.#stateOf(members)
    this.#next[state * this.#classes.count + number] = target
    return target
  }

  #forget(): void {
    this.#numbers = new Map()
    this.#members = []
    this.#ends = []
    this.#next = new Int32Array((KEPT_MAX + 2) * this.#classes.count).fill(UNKNOWN)
    this.#stateOf([])
  }

  #stateOf(members: readonly number[]): number {
    const key = members.join()
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const state = this.#members.length
    this.#numbers.set(key, state)
    this.#members.push(members)
    this.#ends.push(
      members.flatMap((member) => {
        const item = this.#table[member]
        return item?.kind === 'end' ? [item.pattern] : []
      }),
    )
    return state
  }

  /** The states that units lead on from, and the ends, in order. */
  #closure(from: readonly number[]): readonly number[] {
    const seen = new Set<number>()
    const open = [...from]
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seen.has(state)) continue
      seen.add(state)
      const item = this.#table[state]
      if (item?.kind === 'fork') open.push(...item.next)
    }
    return [...seen].filter((state) => this.#table[state]?.kind !== 'fork').toSorted((left, right) => left - right)
  }
}

const NONE: readonly number[] = []
