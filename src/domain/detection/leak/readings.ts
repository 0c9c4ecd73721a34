import { base64Of, hexOf, utf8 } from '../../../base/bytes.ts'
import { decodePieces, rot13, type DecodedPiece } from '../decode.ts'
import type { View } from '../canonical-view.ts'
import { findShared, type FingerprintIndex, type GuardedText, type LetterMatch } from './fingerprints.ts'
import { encodedRuns, lettersOf, type LetterCodes, type LetterStream } from './letters.ts'

/** A piece of output that repeats guarded text. */
export interface LeakSpan {
  /** UTF-16 code units in the raw text, half-open. */
  readonly start: number
  readonly end: number
  /** How it was written: `plain` (also spaced, split, in other case), `rot13`, `reversed`, `base64`, `hex` or a decoder's name. */
  readonly reading: string
  readonly source: string
}

/**
 * A text in each reading that one pass can look for: as it is, turned by 13 letters, backwards, and as hex and base64 (three
 * alignments), so that those are found although spaces or line ends split them. `lettersMin` counts plain letters.
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
  const base64 = [0, 1, 2].map((skip) => base64Of(bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 3))))
  return [
    guarded(plain, 'plain', lettersMin),
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

/** Shorter runs, decoded, hold fewer letters than any guarded text asks for. */
const ENCODED_MIN = 16
/** More than a text of the longest kind can hold in runs that say something. */
const RUNS_MAX = 50_000
/** Marks of percent encoding, character references and escapes. */
const PARTLY_ENCODED = /%[0-9a-f]{2}|&#[0-9x]|\\[ux][0-9a-f]{2}/i

/** Spans of `raw` that repeat what the indexes guard, in any reading. The view is only used where `raw` is not plain ASCII. */
export function findLeaks(raw: string, indexes: readonly FingerprintIndex[], view?: View): readonly LeakSpan[] {
  const used = indexes.filter(({ texts }) => texts.length > 0)
  if (used.length === 0) return []
  const letters = lettersOf(raw, view)
  const direct = used.flatMap((index) => findShared(letters.codes, index)).map((match) => placed(raw, letters, match))
  const spans = [...direct]
  for (const { text, start, end, encoding } of decodedIn(raw)) {
    const shared = sharedIn(text, used)
    const [first] = shared
    // A decoder that changes a part of the text repeats what stands plainly beside that part.
    const known = direct.filter((span) => start < span.end && span.start < end)
    if (first === undefined || lettersIn(shared) <= known.reduce((sum, span) => sum + span.letters, 0)) continue
    const reading = first.reading === 'plain' ? encoding : first.reading
    spans.push({ start, end, reading, source: first.source, letters: lettersIn(shared) })
  }
  return apart(spans)
}

/** Escapes that were escaped again leave a backslash before each letter. */
function sharedIn(text: string, indexes: readonly FingerprintIndex[]): readonly LetterMatch[] {
  const find = (codes: LetterCodes): LetterMatch[] => indexes.flatMap((index) => findShared(codes, index))
  const shared = find(lettersOf(text).codes)
  return shared.length > 0 || !text.includes('\\') ? shared : find(lettersOf(text.replaceAll('\\', '')).codes)
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

/** What the decoders find; where nothing but base64 or hex can stand, only the long runs are given to them. */
function* decodedIn(raw: string): Generator<DecodedPiece> {
  if (PARTLY_ENCODED.test(raw)) {
    yield* decodePieces(raw).pieces
    return
  }
  for (const run of encodedRuns(raw, ENCODED_MIN, RUNS_MAX))
    for (const piece of decodePieces(raw.slice(run.start, run.end)).pieces)
      yield { ...piece, start: piece.start + run.start, end: piece.end + run.start }
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
