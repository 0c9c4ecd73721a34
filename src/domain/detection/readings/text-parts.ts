import { plainView } from '../canonical-view.ts'
import { markAutomaton } from '../mark-automaton.ts'
import { surveyOf } from './survey.ts'
import { Reading } from './text-reading.ts'
import { walkUnits, type Places, type UnitWalk } from './unit-walk.ts'

/**
 * Parts of a text, each read as a text of its own: one walk over the whole serves them all. They are asked for in order and apart,
 * and between each two stands a sign that no run, mark or escape goes over, such as a quotation mark.
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

const NONE: Places = new Uint32Array(0)

/** Goes over one list of a walk, and gives what of it lies in `[start, end)`, counted from `start`. */
class Cursor {
  #at = 0

  /** Of starts and ends. */
  runs(list: Places, start: number, end: number): Places {
    let at = this.#at
    while (at < list.length && (list[at] as number) < start) at += 2
    let to = at
    while (to < list.length && (list[to] as number) < end) to += 2
    this.#at = to
    return shifted(list, at, to, start)
  }

  places(list: Places, start: number, end: number): Places {
    let at = this.#at
    while (at < list.length && (list[at] as number) < start) at += 1
    let to = at
    while (to < list.length && (list[to] as number) < end) to += 1
    this.#at = to
    return shifted(list, at, to, start)
  }

  /** Of ends of patterns and states: one that ends where the part does is of the part. */
  spots(list: Places, start: number, end: number): Places {
    let at = this.#at
    while (at < list.length && (list[at] as number) <= start) at += 2
    let to = at
    while (to < list.length && (list[to] as number) <= end) to += 2
    this.#at = to
    if (at === to) return NONE
    const spots = list.slice(at, to)
    for (let index = 0; index < spots.length; index += 2) spots[index] = (spots[index] as number) - start
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
}

function shifted(list: Places, from: number, to: number, by: number): Places {
  if (from === to) return NONE
  const places = list.slice(from, to)
  for (let index = 0; index < places.length; index++) places[index] = (places[index] as number) - by
  return places
}
