import { base64Of, hexOf, utf8 } from '../../../base/bytes.ts'
import { canonicalView, type View } from '../canonical-view.ts'
import { readingsOf as readingsOfText } from '../readings/readings-of.ts'
import { SpareUnits } from '../spare-units.ts'
import type { Reading } from '../readings/text-reading.ts'
import { rot13 } from '../readings/turned.ts'
import {
  findShared,
  fingerprintIndex,
  isLongEnough,
  type FingerprintIndex,
  type GuardedText,
  type LetterMatch,
} from './fingerprints.ts'
import { foldLeet, lettersWithSigns, MAY_BE_LETTERS } from './leet.ts'
import { lettersOf, type LetterCodes, type LetterStream } from './letters.ts'
import { mayShare, Screen } from './screen.ts'

/** A piece of output that repeats guarded text. */
export interface LeakSpan {
  /** UTF-16 code units in the raw text, half-open. */
  readonly start: number
  readonly end: number
  /** How it was written: `plain` (also spaced, split, in other case), `leet`, `rot13`, `reversed`, `base64`, `hex` or a decoder's name. */
  readonly reading: string
  readonly source: string
}

/** Texts that must not come out, as `findLeaks` looks for them. */
export interface LeakFingerprints {
  readonly texts: readonly GuardedText[]
  /** Nearly every text ends here. Without one, all are searched. */
  readonly screen: Screen | undefined
  /** Made when it is first asked: most are not, and a session has canaries of its own. */
  readonly index: FingerprintIndex
}

/** `all` as `readingsOf` gives them. */
export function leakFingerprints(all: readonly GuardedText[], gram: number): LeakFingerprints {
  const texts = all.filter((text) => isLongEnough(text, gram))
  let index: FingerprintIndex | undefined
  return {
    texts,
    screen: new Screen(texts, gram),
    get index() {
      return (index ??= fingerprintIndex(texts, gram))
    },
  }
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
  guarded: readonly LeakFingerprints[],
  view: View = canonicalView(raw),
  derived: readonly Reading[] = readingsOfText(raw, view).derived,
): readonly LeakSpan[] {
  const used = guarded.filter(({ texts }) => texts.length > 0)
  if (used.length === 0) return []
  const direct = directSpans(raw, view, suspectedIn(view.text, used))
  const spans = [...direct.plain, ...direct.leet]
  for (const reading of derived) {
    const shared = sharedIn(reading, used)
    const [first] = shared
    if (first === undefined) continue
    const place = reading.rawSpan(0, reading.text.length)
    // A reading that changes a part of the text repeats what stands plainly beside that part.
    const known = direct.plain.filter((span) => place.start < span.end && span.start < place.end)
    if (lettersIn(shared) <= known.reduce((sum, span) => sum + span.letters, 0)) continue
    const name = first.reading === 'plain' ? reading.encoding : first.reading
    spans.push({ ...spanOf(reading, shared), reading: name, source: first.source, letters: lettersIn(shared) })
  }
  return apart(spans)
}

/** The indexes of which a text may repeat something. */
function suspectedIn(text: string, guarded: readonly LeakFingerprints[]): readonly FingerprintIndex[] {
  const screens: Screen[] = []
  for (const { screen } of guarded) if (screen !== undefined) screens.push(screen)
  const isScreened = screens.length === guarded.length
  return isScreened && !mayShare(text, screens, SPARE) ? NO_INDEXES : guarded.map(({ index }) => index)
}

const NO_INDEXES: readonly FingerprintIndex[] = []

interface DirectSpans {
  readonly plain: readonly PlacedSpan[]
  readonly leet: readonly PlacedSpan[]
}

const NO_DIRECT: DirectSpans = { plain: [], leet: [] }

function directSpans(raw: string, view: View, indexes: readonly FingerprintIndex[]): DirectSpans {
  if (indexes.length === 0) return NO_DIRECT
  const letters = lettersOf(raw, view, SPARE)
  const plain = indexes.flatMap((index) => findShared(letters.codes, index)).map((match) => placed(raw, letters, match))
  return { plain, leet: leetSpans(view, letters, indexes, plain) }
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
function sharedIn({ text, view }: Reading, guarded: readonly LeakFingerprints[]): readonly LetterMatch[] {
  const shared = sharedLetters(text, view, suspectedIn(text, guarded))
  if (shared.length > 0 || !text.includes('\\')) return shared
  const bare = canonicalView(text.replaceAll('\\', ''))
  const indexes = suspectedIn(bare.text, guarded)
  if (indexes.length === 0) return []
  const { codes } = lettersOf(bare.text, bare, SPARE)
  return indexes.flatMap((index) => findShared(codes, index))
}

function sharedLetters(text: string, view: View, indexes: readonly FingerprintIndex[]): readonly LetterMatch[] {
  if (indexes.length === 0) return []
  const letters = lettersOf(text, view, SPARE)
  const shared = indexes.flatMap((index) => findShared(letters.codes, index))
  return shared.length > 0 ? shared : leetMatches(view, letters, indexes).matches
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
