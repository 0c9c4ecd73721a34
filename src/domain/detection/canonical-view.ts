import { FoldedPlaces, foldText, type FoldedText } from './fold-text.ts'

export interface RawSpan {
  readonly start: number
  readonly end: number
}

/**
 * A normal form of a text in which each UTF-16 unit knows where it came from in the raw text: invisibles stripped, NFKC
 * per character, marks removed, digits of all scripts and the confusables of UTS #39 folded; case is kept.
 * Guarantee class: exact, for the normal form it states, and nothing about meaning.
 */
export interface View {
  readonly text: string
  /** `text` in lower case, unit by unit at the same places. */
  readonly lower: string
  /** True when every unit stands where it stood in the raw text. */
  readonly isIdentity: boolean
  /** Raw start of each unit of `text`. */
  readonly starts: Uint32Array
  /** Raw end (exclusive) of each unit of `text`. */
  readonly ends: Uint32Array
  /** Characters that a reader does not see and that have no business where they stand. */
  readonly invisible: number
  /** ASCII text that was hidden in tag characters (U+E0020–U+E007E). */
  readonly tagText: string
  /** Whether a character was left out, seen or not. */
  readonly hasDropped: boolean
  /** The raw span of a span of `text`. */
  rawSpan(start: number, end: number): RawSpan
}

class IdentityView implements View {
  readonly text: string
  readonly isIdentity = true
  readonly invisible = 0
  readonly tagText = ''
  readonly hasDropped = false
  #lower: string | undefined
  #starts: Uint32Array | undefined
  #ends: Uint32Array | undefined

  constructor(text: string) {
    this.text = text
  }
  get lower(): string {
    return (this.#lower ??= this.text.toLowerCase())
  }
  get starts(): Uint32Array {
    return (this.#starts ??= Uint32Array.from({ length: this.text.length }, (_, index) => index))
  }
  get ends(): Uint32Array {
    return (this.#ends ??= Uint32Array.from({ length: this.text.length }, (_, index) => index + 1))
  }
  rawSpan(start: number, end: number): RawSpan {
    return { start, end: Math.max(start, end) }
  }
}

class FoldedView implements View {
  readonly text: string
  readonly isIdentity = false
  readonly invisible: number
  readonly tagText: string
  readonly hasDropped: boolean
  readonly #places: FoldedPlaces
  #lower: string | undefined
  #all: { readonly starts: Uint32Array; readonly ends: Uint32Array } | undefined

  constructor(raw: string, folded: FoldedText) {
    this.text = folded.text
    this.invisible = folded.invisible
    this.tagText = folded.tagText
    this.hasDropped = folded.hasDropped
    this.#places = new FoldedPlaces(raw, folded)
  }
  get starts(): Uint32Array {
    return (this.#all ??= this.#places.all(this.text.length)).starts
  }
  get ends(): Uint32Array {
    return (this.#all ??= this.#places.all(this.text.length)).ends
  }
  get lower(): string {
    return (this.#lower ??= this.text.toLowerCase())
  }
  rawSpan(start: number, end: number): RawSpan {
    const from = start < this.text.length ? this.#places.startOf(start) : 0
    if (end <= start) return { start: from, end: from }
    return { start: from, end: end <= this.text.length ? this.#places.endOf(end - 1) : 0 }
  }
}

/** Folds a text into its canonical form. Linear in the input; never throws. */
export function canonicalView(raw: string): View {
  const folded = foldText(raw)
  return typeof folded === 'string' ? new IdentityView(folded) : new FoldedView(raw, folded)
}

/** The view of a text that is known to be its own canonical form. */
export function plainView(text: string): View {
  return new IdentityView(text)
}

/** The raw span of a span in the view. */
export function rawSpan(view: View, start: number, end: number): RawSpan {
  return view.rawSpan(start, end)
}
