import { textOf } from '../../../base/bytes.ts'
import { canonicalView, type View } from '../canonical-view.ts'
import { isFlagTag } from '../fold-text.ts'
import { encodedRuns } from './encoded-runs.ts'
import { escapedRegions } from './escaped-regions.ts'
import type { Place } from './place.ts'
import type { Survey } from './survey.ts'
import { Reading } from './text-reading.ts'
import { pullTogether } from './turned.ts'
import { unescape } from './unescape.ts'

/** Every way in which a text is read, its canonical form first. */
export interface Readings {
  readonly plain: Reading
  /** What one pass over the plain reading showed. */
  readonly seen: Survey
  /** Readings of what is escaped, encoded, hidden or spread out in the text, nested to `DEPTH_MAX`. */
  readonly derived: readonly Reading[]
  /** Where a budget ended the search: what is in there is unknown, and the caller must say so. Raw; empty if all was read. */
  readonly undecoded: readonly Place[]
}

const DEPTH_MAX = 3
const CANDIDATES_MIN = 64
/** A long text may hold more pieces: one for so many characters. */
const CHARS_PER_CANDIDATE = 2_048
const CHARS_MIN = 262_144
const GROWTH_MAX = 4

/**
 * Reads a text in every form that is known to hide text: escapes, base64, base32, hex, binary and character codes, tag
 * characters and variation selectors, rows of single letters; nested, depth first, within budgets. Never throws.
 * Guarantee class: exact, for these forms and within the budgets.
 */
export function readingsOf(raw: string, view: View = canonicalView(raw)): Readings {
  return readingsWithin(Reading.plain(raw, view))
}

/** The same where the text was read in its canonical form already. */
export function readingsWithin(plain: Reading): Readings {
  const { length } = plain.raw
  const search = new Search(Math.max(CHARS_MIN, GROWTH_MAX * length), length)
  const seen = search.within(plain)
  return { plain, seen, derived: search.found, undecoded: search.undecoded }
}

class Search {
  readonly found: Reading[] = []
  readonly undecoded: Place[] = []
  #candidates: number
  #chars: number

  readonly #end: number

  constructor(chars: number, end: number) {
    this.#chars = chars
    this.#end = end
    this.#candidates = Math.max(CANDIDATES_MIN, Math.floor(end / CHARS_PER_CANDIDATE))
  }

  get isSpent(): boolean {
    return this.#candidates < 0 || this.#chars < 0
  }

  take(reading: Reading): void {
    if (this.isSpent) return
    this.#candidates -= 1
    this.#chars -= reading.text.length
    if (this.isSpent) {
      this.undecoded.push({ start: placeOf(reading).start, end: this.#end })
      return
    }
    this.found.push(reading)
    if (reading.depth < DEPTH_MAX) this.within(reading)
    // What is encoded once more than we look is not known to be harmless.
    else if (holdsMore(reading)) this.undecoded.push(placeOf(reading))
  }

  within(parent: Reading): Survey {
    const { text } = parent
    if (parent.view.hasDropped && MAY_HIDE.test(parent.raw))
      for (const { encoding, text: hidden, place } of hiddenTexts(parent.raw))
        this.take(
          parent.depth === 0
            ? Reading.hidden(encoding, hidden, place)
            : parent.piece(encoding, hidden, wholeOf(parent)),
        )
    const { seen } = parent
    if (seen.escapes.length > 0)
      for (const region of escapedRegions(text, seen.escapes)) this.#unescaped(parent, region)
    if (seen.long.length > 0 || seen.codes.length > 0)
      for (const run of encodedRuns(text, seen)) {
        if (this.isSpent) break
        this.take(parent.piece(run.encoding, run.text, run))
      }
    this.#spaced(parent, seen)
    return seen
  }

  #unescaped(parent: Reading, { start: from, end: to }: Place): void {
    const unescaped = unescape(parent.text.slice(from, to))
    if (unescaped === undefined || this.isSpent) return
    const { starts, ends } = unescaped
    this.take(
      parent.mapped('escape', unescaped.text, (start, end) => ({
        start: from + (starts[start] ?? to - from),
        end: from + (end > start ? (ends[end - 1] ?? to - from) : (starts[start] ?? to - from)),
      })),
    )
  }

  #spaced(parent: Reading, { spaced }: Survey): void {
    for (const place of spaced)
      for (const pulled of [pullTogether(parent.text, place), pullTogether(parent.text, place, true)]) {
        if (this.isSpent) return
        if (pulled === undefined) continue
        const { text, starts } = pulled
        this.take(
          parent.mapped('spaced', text, (start, end) => ({
            start: starts[start] ?? place.end,
            end: end > start ? (starts[end - 1] ?? place.end) + 1 : (starts[start] ?? place.end),
          })),
        )
      }
  }
}

function wholeOf({ text }: Reading): Place {
  return { start: 0, end: text.length }
}

function placeOf(reading: Reading): Place {
  return reading.rawSpan(0, reading.text.length)
}

function holdsMore({ text, seen }: Reading): boolean {
  return (
    escapedRegions(text, seen.escapes).some(({ start, end }) => unescape(text.slice(start, end)) !== undefined) ||
    !(encodedRuns(text, seen).next().done ?? true)
  )
}

const HIDDEN_MIN = 4
/** What every text in tags or selectors holds. */
const MAY_HIDE = /[\ufe00-\ufe0f]{4}|\udb40/

/** Texts in tag characters (ASCII) and in variation selectors (bytes: VS1–16 are 0 to 15, VS17–256 the rest). */
function* hiddenTexts(
  raw: string,
): Generator<{ encoding: 'tags' | 'variation-selectors'; text: string; place: Place }> {
  const tags = new Hidden()
  const selectors = new Hidden()
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code >= 0xfe00 && code <= 0xfe0f) selectors.add(code - 0xfe00, at, at + 1)
    if (code !== 0xdb40) continue
    const low = raw.charCodeAt(at + 1)
    if (low >= 0xdc20 && low <= 0xdc7e && !isFlagTag(raw, at)) tags.add(low - 0xdc00, at, at + 2)
    if (low >= 0xdd00 && low <= 0xddef) selectors.add(low - 0xdd00 + 16, at, at + 2)
  }
  const tagText = tags.text()
  if (tagText !== undefined) yield { encoding: 'tags', text: tagText, place: tags }
  const selectorText = selectors.text()
  if (selectorText !== undefined) yield { encoding: 'variation-selectors', text: selectorText, place: selectors }
}

class Hidden {
  readonly #bytes: number[] = []
  start = -1
  end = 0

  add(byte: number, start: number, end: number): void {
    this.#bytes.push(byte)
    if (this.start < 0) this.start = start
    this.end = end
  }
  /** Emoji bring a few selectors of their own; a text is longer and is one. */
  text(): string | undefined {
    const text = textOf(Uint8Array.from(this.#bytes))
    return text !== undefined && text.length >= HIDDEN_MIN && /[ -~]{4}/.test(text) ? text : undefined
  }
}
