import { canonicalView, plainView, rawSpan, type View } from '../canonical-view.ts'
import type { Encoding } from './encoded-runs.ts'
import type { Place } from './place.ts'
import { survey, type Survey } from './survey.ts'

const NO_PLACES = new Uint32Array()
const NOTHING: Survey = {
  long: [],
  spaced: [],
  codes: [],
  mixed: [],
  digits: NO_PLACES,
  escapes: NO_PLACES,
  joints: NO_PLACES,
  spots: NO_PLACES,
}

/**
 * One way to read a text: its canonical form, that of a piece decoded out of it, or the whole turned around. Spans of a
 * reading lead back to the raw text.
 */
export class Reading {
  readonly encoding: Encoding | 'plain'
  readonly depth: number
  /** As it was decoded, before it was folded. */
  readonly raw: string
  readonly #view: View
  readonly #toParent: (start: number, end: number) => Place
  readonly #parent: Reading | undefined
  #seen: Survey | undefined

  private constructor(
    encoding: Encoding | 'plain',
    { raw, view }: { readonly raw: string; readonly view: View },
    parent: Reading | undefined,
    toParent: (start: number, end: number) => Place,
  ) {
    this.raw = raw
    this.encoding = encoding
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.#view = view
    this.#parent = parent
    this.#toParent = toParent
  }

  /** `seen`: what a survey of the view's text shows, where it is known. */
  static plain(raw: string, view: View, seen?: Survey): Reading {
    const reading = new Reading('plain', { raw, view }, undefined, (start, end) => ({ start, end }))
    reading.#seen = seen
    return reading
  }

  /** A text of ASCII digits alone, in which nothing else can stand. */
  static number(digits: string): Reading {
    return Reading.plain(digits, plainView(digits), { ...NOTHING, digits: Uint32Array.of(0, digits.length) })
  }

  /** A text that is hidden in characters which the canonical form leaves out; `place` is raw. */
  static hidden(encoding: Encoding, text: string, place: Place): Reading {
    return new Reading(encoding, seen(text), undefined, () => place)
  }

  /** A text that stands encoded at one place of this reading. */
  piece(encoding: Encoding, text: string, place: Place): Reading {
    return new Reading(encoding, seen(text), this, () => place)
  }

  /** A text of which each unit stands at a place of its own in this reading. */
  mapped(encoding: Encoding, text: string, toParent: (start: number, end: number) => Place): Reading {
    return new Reading(encoding, seen(text), this, toParent)
  }

  get view(): View {
    return this.#view
  }
  get text(): string {
    return this.#view.text
  }

  /** What a survey of `text` shows. */
  get seen(): Survey {
    return (this.#seen ??= survey(this.text))
  }

  /** Where a span of this reading stands in the raw text. */
  rawSpan(start: number, end: number): Place {
    const own = rawSpan(this.#view, start, end)
    const up = this.#toParent(own.start, own.end)
    return this.#parent === undefined ? up : this.#parent.rawSpan(up.start, up.end)
  }
}

function seen(raw: string): { readonly raw: string; readonly view: View } {
  return { raw, view: canonicalView(raw) }
}
