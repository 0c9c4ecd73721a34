import { GramSieve, type Pattern } from './gram-sieve.ts'
import { isWordUnit } from './word-unit.ts'

export type { Pattern } from './gram-sieve.ts'

/** Called for each occurrence: index of the pattern, and where it stands (UTF-16 units, half-open). */
export type OnHit = (pattern: number, start: number, end: number) => void

/** Where a walk over the units of a text saw that patterns may begin. */
export interface Spots {
  /** Places at which the sieve did not rule it out, in order, each with its buckets. */
  readonly spots: Uint32Array
  /** Places of `\`, `%`, `&` and `=`, in order: behind an escape a pattern may begin although a letter stands before it. */
  readonly escapes: Uint32Array
}

const BACKSLASH = 92
const PERCENT = 37
/** Behind every place of a text. */
const NOWHERE = 0x7fffffff

/** Looks for patterns where a sieve of their first four units lets one begin: most of a text is never compared. */
export class PatternSearch {
  readonly sieve: GramSieve
  readonly #patterns: readonly Pattern[]

  constructor(patterns: readonly Pattern[]) {
    this.sieve = new GramSieve(patterns)
    this.#patterns = patterns
  }

  /** Tells every occurrence that is asked for, in the order of their ends. Linear in the spots and the number of hits. */
  tell(text: string, { spots, escapes }: Spots, onHit: OnHit): void {
    const hits = new HitQueue()
    let spot = 0
    let escape = 0
    let last = -1
    while (spot < spots.length || escape < escapes.length) {
      const open = spot < spots.length ? (spots[spot] as number) : NOWHERE
      const behind = escape < escapes.length ? endOfEscape(text, escapes[escape] as number) : NOWHERE
      const isOpen = open <= behind
      const buckets = isOpen ? (spots[spot + 1] as number) : 0
      if (isOpen) spot += 2
      if (behind <= open) escape += 1
      const start = isOpen ? open : behind
      // A spot knows no patterns that an escape before it would let begin.
      const all = behind === start ? this.sieve.bucketsOf(this.sieve.gramAt(text, start)) : buckets
      if (start <= last || all === 0) continue
      last = start
      hits.tellUpTo(start, onHit)
      if (all >>> 16 !== 0) this.#compare(text, start, all >>> 16, hits)
      if ((all & 0xffff) !== 0) this.#compare(text, start, all & 0xffff, hits)
    }
    hits.tellUpTo(text.length, onHit)
  }

  #compare(text: string, start: number, bucket: number, hits: HitQueue): void {
    for (const number of this.sieve.bucket(bucket)) {
      const pattern = this.#patterns[number] as Pattern
      const end = start + pattern.text.length
      if (!isAt(text, start, pattern.text)) continue
      if (pattern.isWord && (goesOn(text, start - 1, -1) || goesOn(text, end, 1))) continue
      hits.put(number, start, end)
    }
  }
}

function isAt(text: string, start: number, pattern: string): boolean {
  if (start + pattern.length > text.length) return false
  for (let index = pattern.length - 1; index >= 0; index--)
    if (lowered(text.charCodeAt(start + index)) !== pattern.charCodeAt(index)) return false
  return true
}

/** The first unit behind `\n` and `%0A`; no place for the other signs. */
function endOfEscape(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  return sign === BACKSLASH ? at + 2 : sign === PERCENT ? at + 3 : -1
}

const lowered = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code)

/** Hits are found in the order of their starts and told in that of their ends; few wait at a time. */
class HitQueue {
  readonly #hits: number[] = []

  put(pattern: number, start: number, end: number): void {
    const hits = this.#hits
    let at = hits.length
    hits.push(pattern, start, end)
    for (; at > 0 && (hits[at - 1] as number) > end; at -= 3) hits.copyWithin(at, at - 3, at)
    hits[at] = pattern
    hits[at + 1] = start
    hits[at + 2] = end
  }

  /** No later hit ends at `place` or before it. */
  tellUpTo(place: number, onHit: OnHit): void {
    const hits = this.#hits
    if (hits.length === 0) return
    let told = 0
    for (; told < hits.length && (hits[told + 2] as number) <= place; told += 3)
      onHit(hits[told] as number, hits[told + 1] as number, hits[told + 2] as number)
    if (told === hits.length) hits.length = 0
    else hits.splice(0, told)
  }
}

/** Whether the word goes on beyond a place: an underscore at a word's edge is Markdown's, not the word's. */
function goesOn(text: string, at: number, step: 1 | -1): boolean {
  const code = text.charCodeAt(at)
  if (code !== 95) return isWordUnit(code)
  let next = at
  while (text.charCodeAt(next) === 95) next += step
  return isWordUnit(text.charCodeAt(next))
}
