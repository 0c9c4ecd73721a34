import { base64Of, hexOf, utf8 } from '../../../base/bytes.ts'
import { canonicalView, type View } from '../canonical-view.ts'
import { readingsOf as readingsOfText } from '../readings/readings-of.ts'
import { SpareUnits } from '../spare-units.ts'
import type { Reading } from '../readings/text-reading.ts'
import { rot13 } from '../readings/turned.ts'
import { findShared, type FingerprintIndex, type GuardedText, type LetterMatch } from './fingerprints.ts'
import { foldLeet, lettersWithSigns, MAY_BE_LETTERS } from './leet.ts'
import { lettersOf, type LetterCodes, type LetterStream } from './letters.ts'

/** A piece of output that repeats guarded text. */
export interface LeakSpan {
  /** UTF-16 code units in the raw text, half-open. */
  readonly start: number
  readonly end: number
  /** How it was written: `plain` (also spaced, split, in other case), `leet`, `rot13`, `reversed`, `base64`, `hex` or a decoder's name. */
  readonly reading: string
  readonly source: string
}

/**
 * A text in each reading that one pass can look for: as it is, with digits for letters, turned by 13 letters, backwards, and as
 * hex and base64 (three alignments), so that those are found although spaces or line ends split them. `lettersMin` counts plain letters.
 */
export function readingsOf(text: string, source: string, lettersMin: number): readonly GuardedText[] {
  const plain = lettersOf(text).codes
  const letters = textOfCodes(plain)
  const guarded = (codes: LetterCodes, reading: string, min: number): GuardedText => ({
    codes,
    reading,
    source,
    lettersMin: min,
  })
  const bytes = utf8(text)
  const leet = lettersWithSigns(canonicalView(text), lettersOf(text)).codes
  foldLeet(leet)
  const base64 = [0, 1, 2].map((skip) => base64Of(bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 3))))
  return [
    guarded(plain, 'plain', lettersMin),
    guarded(leet, 'leet', lettersMin),
    guarded(leet.toReversed(), 'leet', lettersMin),
    guarded(lettersOf(rot13(letters)).codes, 'rot13', lettersMin),
    guarded(plain.toReversed(), 'reversed', lettersMin),
    guarded(lettersOf(hexOf(bytes)).codes, 'hex', 2 * lettersMin),
    ...base64.map((form) => guarded(lettersOf(form).codes, 'base64', Math.floor((4 * lettersMin) / 3) - 2)),
  ]
}

function textOfCodes(codes: LetterCodes): string {
  let text = ''
  for (const code of codes) text += String.fromCharCode(code)
  return text
}

/** No letters are kept beyond the search of one text. */
const SPARE = new SpareUnits()

/**
 * Spans of `raw` that repeat what the indexes guard, in any reading. `derived` are the readings of what is encoded in `raw`.
 */
export function findLeaks(
  raw: string,
  indexes: readonly FingerprintIndex[],
  view?: View,
  derived: readonly Reading[] = readingsOfText(raw, view).derived,
): readonly LeakSpan[] {
  const used = indexes.filter(({ texts }) => texts.length > 0)
  if (used.length === 0) return []
  const letters = lettersOf(raw, view, SPARE)
  const direct = used.flatMap((index) => findShared(letters.codes, index)).map((match) => placed(raw, letters, match))
  const spans = [...direct, ...leetSpans(view ?? canonicalView(raw), letters, used, direct)]
  for (const reading of derived) {
    const shared = sharedIn(reading, used)
    const [first] = shared
    if (first === undefined) continue
    const place = reading.rawSpan(0, reading.text.length)
    // A reading that changes a part of the text repeats what stands plainly beside that part.
    const known = direct.filter((span) => place.start < span.end && span.start < place.end)
    if (lettersIn(shared) <= known.reduce((sum, span) => sum + span.letters, 0)) continue
    const name = first.reading === 'plain' ? reading.encoding : first.reading
    spans.push({ ...spanOf(reading, shared), reading: name, source: first.source, letters: lettersIn(shared) })
  }
  return apart(spans)
}

/** With digits and signs as the letters that they look like, where that says more than the text as it is. Folds `letters`. */
// oxlint-disable-next-line max-params -- what `findLeaks` has at hand
function leetSpans(
  view: View,
  letters: LetterStream,
  indexes: readonly FingerprintIndex[],
  direct: readonly PlacedSpan[],
): readonly PlacedSpan[] {
  const read = leetMatches(view, letters, indexes)
  return read.matches
    .map(({ first, last, source }) => {
      const { start, end } = read.letters.span(first, last)
      return { start, end, reading: 'leet', source, letters: last - first + 1 }
    })
    .filter(({ start, end, letters: shared }) => {
      const known = direct.filter((span) => start < span.end && span.start < end)
      return shared > known.reduce((sum, span) => sum + span.letters, 0)
    })
}

/** Only runs that hold a digit say more than the letters do: grams that are far from every digit are not looked up. */
function leetMatches(
  view: View,
  plain: LetterStream,
  indexes: readonly FingerprintIndex[],
): { readonly letters: LetterStream; readonly matches: readonly LetterMatch[] } {
  if (!MAY_BE_LETTERS.test(view.text)) return { letters: plain, matches: [] }
  const letters = lettersWithSigns(view, plain, SPARE)
  const digits = foldLeet(letters.codes)
  return { letters, matches: indexes.flatMap((index) => findShared(letters.codes, index, digits)).filter(isUnturned) }
}

const isUnturned = ({ reading }: LetterMatch): boolean =>
  reading === 'plain' || reading === 'leet' || reading === 'reversed'

/** From the first to the last shared letter. */
function spanOf(reading: Reading, shared: readonly LetterMatch[]): { readonly start: number; readonly end: number } {
  const letters = lettersOf(reading.text)
  const first = Math.min(...shared.map((match) => match.first))
  const last = Math.max(...shared.map((match) => match.last))
  const { start, end } = letters.span(first, last)
  return reading.rawSpan(Math.min(start, reading.text.length), Math.min(end, reading.text.length))
}

/** Escapes that were escaped again leave a backslash before each letter. */
function sharedIn({ text, view }: Reading, indexes: readonly FingerprintIndex[]): readonly LetterMatch[] {
  const find = (codes: LetterCodes): LetterMatch[] => indexes.flatMap((index) => findShared(codes, index))
  const letters = lettersOf(text, view, SPARE)
  const shared = find(letters.codes)
  if (shared.length > 0) return shared
  const leet = leetMatches(view ?? canonicalView(text), letters, indexes).matches
  return leet.length > 0 || !text.includes('\\')
    ? leet
    : find(lettersOf(text.replaceAll('\\', ''), undefined, SPARE).codes)
}

type PlacedSpan = LeakSpan & { readonly letters: number }

function placed(raw: string, letters: LetterStream, { first, last, reading, source }: LetterMatch): PlacedSpan {
  const span = letters.span(first, last)
  const isPercent = reading === 'hex' && raw[span.start - 1] === '%'
  return {
    start: isPercent ? span.start - 1 : span.start,
    end: span.end,
    reading: isPercent ? 'percent' : reading,
    source,
    letters: last - first + 1,
  }
}

function lettersIn(matches: readonly LetterMatch[]): number {
  return matches.reduce((sum, { first, last }) => sum + last - first + 1, 0)
}

/** In order, without those that lie within an earlier one. */
function apart(spans: readonly PlacedSpan[]): readonly LeakSpan[] {
  const kept: LeakSpan[] = []
  for (const { start, end, reading, source } of spans.toSorted(
    (left, right) => left.start - right.start || right.end - left.end,
  ))
    if (start >= (kept.at(-1)?.end ?? 0)) kept.push({ start, end, reading, source })
  return kept
}
