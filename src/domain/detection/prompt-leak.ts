import { canonicalView } from './canonical-view.ts'
import { decodePieces, rot13 } from './decode.ts'

/** Letters that must agree in a row before text counts as taken from the prompt. */
const SHINGLE = 32

export interface LeakIndex {
  readonly shingles: ReadonlySet<string>
}

/** Indexes the literal text of a prompt; shingles of slots are left out, for their values are the user's. */
export function leakIndex(literals: readonly string[]): LeakIndex {
  const shingles = new Set<string>()
  for (const literal of literals) {
    const { letters } = lettersOf(canonicalView(literal).lower)
    for (let start = 0; start + SHINGLE <= letters.length; start++) shingles.add(letters.slice(start, start + SHINGLE))
  }
  return { shingles }
}

/** Raw spans of output that repeat the prompt, plain, spaced, reversed, rotated or encoded. */
export function findPromptLeak(
  raw: string,
  index: LeakIndex,
): readonly { readonly start: number; readonly end: number; readonly reading: string }[] {
  if (index.shingles.size === 0) return []
  const view = canonicalView(raw)
  const { letters, places } = lettersOf(view.lower)
  const plain = spanIn(letters, index)
  if (plain !== undefined)
    return [
      {
        reading: 'plain',
        start: view.starts[places[plain.start] ?? 0] ?? 0,
        end: view.ends[places[plain.end - 1] ?? 0] ?? raw.length,
      },
    ]
  const whole = { start: 0, end: raw.length }
  if (spanIn(rot13(letters), index) !== undefined) return [{ ...whole, reading: 'rot13' }]
  if (spanIn([...letters].reverse().join(''), index) !== undefined) return [{ ...whole, reading: 'reversed' }]
  for (const piece of decodePieces(raw).pieces)
    if (spanIn(lettersOf(canonicalView(piece.text).lower).letters, index) !== undefined)
      return [{ start: piece.start, end: piece.end, reading: piece.encoding }]
  return []
}

function spanIn(
  letters: string,
  { shingles }: LeakIndex,
): { readonly start: number; readonly end: number } | undefined {
  let start = -1
  let end = -1
  for (let at = 0; at + SHINGLE <= letters.length; at++) {
    if (!shingles.has(letters.slice(at, at + SHINGLE))) continue
    if (start < 0) start = at
    end = at + SHINGLE
  }
  return start < 0 ? undefined : { start, end }
}

function lettersOf(text: string): { readonly letters: string; readonly places: readonly number[] } {
  let letters = ''
  const places: number[] = []
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 191)) continue
    letters += text.charAt(index)
    places.push(index)
  }
  return { letters, places }
}
