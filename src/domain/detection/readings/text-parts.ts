import { plainView } from '../canonical-view.ts'
import { markAutomaton } from '../mark-automaton.ts'
import { surveyOf } from './survey.ts'
import { Reading } from './text-reading.ts'
import { walkUnits, type Places, type UnitWalk } from './unit-walk.ts'

/**
 * Parts of a text, each read as a text of its own: one walk over the whole serves them all. They are asked for in order and apart,
 * and between each two stands a sign that no run, mark or escape goes over, such as a quotation mark. A reading lasts until the
 * next one is asked for.
 */
export class TextParts {
  readonly #text: string
  readonly #walk: UnitWalk
  readonly #digits = new Cursor()
  readonly #long = new Cursor()
  readonly #singles = new Cursor()
  readonly #escapes = new Cursor()
  readonly #joints = new Cursor()
  readonly #spots = new Cursor()

  constructor(text: string) {
    this.#text = text
    this.#walk = walkUnits(text, markAutomaton())
  }

  /** The part from `start` to `end`, of ASCII up to `~` alone, which is its own canonical form. */
  reading(start: number, end: number): Reading {
    const { digits, long, singles, escapes, joints, spots } = this.#walk
    const text = this.#text.slice(start, end)
    const seen = surveyOf(text, {
      digits: this.#digits.runs(digits, start, end),
      long: this.#long.runs(long, start, end),
      singles: singles.length === 0 ? singles : this.#singles.rows(singles, start, end),
      escapes: this.#escapes.places(escapes, start, end),
      joints: this.#joints.places(joints, start, end),
      spots: this.#spots.spots(spots, start, end),
    })
    return Reading.plain(text, plainView(text), seen)
  }
}

const MEMORY_LEAST = 64
const NO_PLACES: Places = new Uint32Array()

/** Goes over one list of a walk, and gives what of it lies in `[start, end)`, counted from `start`: in memory that is used again. */
class Cursor {
  #at = 0
  #memory = NO_PLACES
  /** The beginnings of the memory, by their lengths: made once, for there are many short parts. */
  #views: Places[] = []

  /** Of starts and ends. */
  runs(list: Places, start: number, end: number): Places {
    const at = this.#skip(list, start, 2)
    let to = at
    while (to < list.length && (list[to] as number) < end) to += 2
    return this.#take(list, to, start)
  }

  places(list: Places, start: number, end: number): Places {
    let to = this.#skip(list, start, 1)
    while (to < list.length && (list[to] as number) < end) to += 1
    return this.#take(list, to, start)
  }

  /** Of ends of patterns and states: one that ends where the part does is of the part. */
  spots(list: Places, start: number, end: number): Places {
    let to = this.#skip(list, start + 1, 2)
    const from = to
    while (to < list.length && (list[to] as number) <= end) to += 2
    const spots = this.#take(list, to, 0)
    for (let index = 0; index < to - from; index += 2) spots[index] = (spots[index] as number) - start
    return spots
  }

  /** Of the sixth singles of rows. A row that began before the part is told only there: the beginning of the part may be in it. */
  rows(list: readonly number[], start: number, end: number): readonly number[] {
    let at = this.#at
    while (at < list.length && (list[at] as number) < start) at += 1
    const rows = at > 0 ? [0] : []
    for (; at < list.length && (list[at] as number) < end; at++) rows.push((list[at] as number) - start)
    this.#at = at
    return rows
  }

  #skip(list: Places, start: number, step: 1 | 2): number {
    let at = this.#at
    while (at < list.length && (list[at] as number) < start) at += step
    return (this.#at = at)
  }

  /** Copies what lies before `to`, less `by`. */
  #take(list: Places, to: number, by: number): Places {
    const from = this.#at
    const length = to - from
    this.#at = to
    if (length === 0) return NO_PLACES
    if (length > this.#memory.length) {
      this.#memory = new Uint32Array(Math.max(MEMORY_LEAST, 2 * length))
      this.#views = []
    }
    const memory = this.#memory
    for (let index = 0; index < length; index++) memory[index] = (list[from + index] as number) - by
    return (this.#views[length] ??= memory.subarray(0, length))
  }
}
