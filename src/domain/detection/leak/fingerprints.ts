// Winnowing after S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003:
// of every window of consecutive k-gram hashes the smallest is kept, so any shared run of `window + k - 1` letters shares one.

import type { LetterCodes } from './letters.ts'

/** One text that must not come out, in one reading. */
export interface GuardedText {
  /** Letters as `lettersOf` gives them. */
  readonly codes: LetterCodes
  /** What a match is called: `plain`, `rot13`, … */
  readonly reading: string
  /** What was leaked: `prompt`, `secret`, or the form of a canary. */
  readonly source: string
  /** Letters that must agree in a row; at least the gram's length. */
  readonly lettersMin: number
}

export interface Sieve {
  /** One bit per hashed gram, of so many that most grams of ordinary text end here, and of so few that they stay in the cache. */
  readonly sieve: Uint32Array
  /** What is left of a hash shifted by this is its bit. */
  readonly sieveShift: number
}

export interface FingerprintIndex extends Sieve {
  readonly gram: number
  readonly texts: readonly GuardedText[]
  /** Hash of a gram to the places where it was selected: pairs of text number and offset. */
  readonly places: ReadonlyMap<number, readonly number[]>
}

/** Letters `first` to `last` of a stream repeat a guarded text. */
export interface LetterMatch {
  readonly first: number
  readonly last: number
  readonly reading: string
  readonly source: string
}

const BASE = 0x01000193
const SIEVE_SHIFT_LEAST = 12
const SIEVE_SHIFT_MOST = 17
/** Bits of the sieve for each gram in it. */
const BITS_PER_GRAM = 64
/** Letter comparisons allowed per letter of a text; beyond, a shared gram counts as a match. */
const COMPARISONS_PER_LETTER = 64
const MATCHES_MAX = 64

/** Selects fingerprints of all texts; time and space linear in their letters. */
export function fingerprintIndex(texts: readonly GuardedText[], gram: number): FingerprintIndex {
  const kept = texts.filter((text) => isLongEnough(text, gram))
  const places = new Map<number, number[]>()
  for (const [number, { codes, lettersMin }] of kept.entries()) {
    const hashes = hashesOf(codes, gram)
    for (const offset of winnow(hashes, lettersMin - gram + 1)) {
      const hash = hashes[offset] as number
      const list = places.get(hash)
      if (list === undefined) places.set(hash, [number, offset])
      else list.push(number, offset)
    }
  }
  return { gram, texts: kept, places, ...sieveOf([Int32Array.from(places.keys())]) }
}

/** One with fewer letters than count, or than a gram has, cannot be told from chance. */
export const isLongEnough = ({ codes, lettersMin }: GuardedText, gram: number): boolean =>
  lettersMin >= gram && codes.length >= lettersMin

/** The high bits of the hashes: the polynomial's low ones depend on few letters. */
export function sieveOf(lists: readonly Int32Array[]): Sieve {
  const grams = lists.reduce((sum, { length }) => sum + length, 0)
  const wanted = 32 - Math.ceil(Math.log2(Math.max(1, BITS_PER_GRAM * grams)))
  const sieveShift = Math.min(SIEVE_SHIFT_MOST, Math.max(SIEVE_SHIFT_LEAST, wanted))
  const sieve = new Uint32Array(2 ** (32 - sieveShift) / 32)
  for (const hashes of lists)
    for (const hash of hashes) {
      const bit = hash >>> sieveShift
      sieve[bit >>> 5] = (sieve[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  return { sieve, sieveShift }
}

export function hashAt(codes: LetterCodes, offset: number, gram: number): number {
  let hash = 0
  for (let index = offset; index < offset + gram; index++) hash = (Math.imul(hash, BASE) + (codes[index] ?? 0)) | 0
  return hash
}

export function hashesOf(codes: LetterCodes, gram: number): Int32Array {
  const hashes = new Int32Array(Math.max(0, codes.length - gram + 1))
  const leading = power(gram)
  let hash = hashAt(codes, 0, gram)
  for (let offset = 0; offset < hashes.length; offset++) {
    hashes[offset] = hash
    hash = rolled(hash, codes[offset + gram] ?? 0, Math.imul(codes[offset] as number, leading))
  }
  return hashes
}

const rolled = (hash: number, more: number, less: number): number => (Math.imul(hash, BASE) + more - less) | 0

/** Offsets of the rightmost smallest hash of every window. */
function winnow(hashes: Int32Array, window: number): readonly number[] {
  const selected: number[] = []
  let smallest = -1
  for (let end = 0; end < hashes.length; end++) {
    const start = end - window + 1
    if (smallest < start || smallest < 0) {
      smallest = Math.max(0, start)
      for (let at = smallest; at <= end; at++) if (orderAt(hashes, at) <= orderAt(hashes, smallest)) smallest = at
    } else if (orderAt(hashes, end) <= orderAt(hashes, smallest)) smallest = end
    if (start >= 0 && selected.at(-1) !== smallest) selected.push(smallest)
  }
  return selected
}

function orderAt(hashes: Int32Array, at: number): number {
  const hash = hashes[at] ?? 0
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
}

/**
 * Maximal runs that `codes` shares with a guarded text, in order and apart; linear, bounded in number. With `around`, ascending places,
 * at least those of the reading `leet` that hold one of them.
 */
export function findShared(
  codes: LetterCodes,
  index: FingerprintIndex,
  around?: readonly number[],
): readonly LetterMatch[] {
  if (index.places.size === 0) return NO_MATCHES
  const sieved = around === undefined ? sievedGrams(codes, index) : sievedAround(codes, index, around)
  if (sieved.length === 0) return NO_MATCHES
  const matches: LetterMatch[] = []
  const budget = { comparisons: COMPARISONS_PER_LETTER * codes.length }
  let from = 0
  for (let gram = 0; gram < sieved.length && matches.length < MATCHES_MAX; gram += 2) {
    const start = sieved[gram] as number
    const places = start < from ? undefined : index.places.get(sieved[gram + 1] as number)
    const match = places === undefined ? undefined : longestAt(codes, { start, from }, places, { index, budget })
    if (match === undefined) continue
    matches.push(match)
    from = match.last + 1
  }
  return matches
}

const NO_MATCHES: readonly LetterMatch[] = []

/** Starts and hashes of the grams that the sieve lets through, in order and flat. */
function sievedGrams(codes: LetterCodes, { gram, sieve, sieveShift }: FingerprintIndex): readonly number[] {
  const found: number[] = []
  const rolling = { sieve, sieveShift, gram, leading: power(gram) }
  sieveStretch(codes, rolling, { from: 0, to: Math.max(0, codes.length - gram + 1), found })
  return found
}

/** The same, near places: a run that counts has a fingerprint within the least length of any of its letters. */
function sievedAround(codes: LetterCodes, index: FingerprintIndex, around: readonly number[]): readonly number[] {
  const { gram, sieve, sieveShift } = index
  const reach = Math.max(...index.texts.map(({ reading, lettersMin }) => (reading === 'leet' ? lettersMin : 0)))
  const grams = Math.max(0, codes.length - gram + 1)
  if (around.length * reach > grams) return around.length === 0 ? [] : sievedGrams(codes, index)
  const rolling = { sieve, sieveShift, gram, leading: power(gram) }
  const found: number[] = []
  let done = 0
  for (const place of around) {
    const from = Math.max(done, place - reach + 1)
    const to = Math.min(grams, place + reach - gram + 1)
    if (from < to) sieveStretch(codes, rolling, { from, to, found })
    done = Math.max(done, to)
  }
  return found
}

interface Rolling {
  readonly sieve: Uint32Array
  readonly sieveShift: number
  readonly gram: number
  /** What the first letter of a gram is multiplied with. */
  readonly leading: number
}

export const isSieved = (sieve: Uint32Array, bit: number): boolean =>
  (((sieve[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1

function sieveStretch(
  codes: LetterCodes,
  { sieve, sieveShift, gram, leading }: Rolling,
  { from, to, found }: { readonly from: number; readonly to: number; readonly found: number[] },
): void {
  let hash = hashAt(codes, from, gram)
  for (let at = from; at < to; at++) {
    if (isSieved(sieve, hash >>> sieveShift)) found.push(at, hash)
    // The last gram of all has no letter behind it.
    hash = rolled(hash, codes[at + gram] ?? 0, Math.imul(codes[at] as number, leading))
  }
}

function power(exponent: number): number {
  let product = 1
  for (let step = 0; step < exponent; step++) product = Math.imul(product, BASE)
  return product
}

function longestAt(
  codes: LetterCodes,
  { start, from }: { readonly start: number; readonly from: number },
  places: readonly number[],
  { index, budget }: { readonly index: FingerprintIndex; readonly budget: { comparisons: number } },
): LetterMatch | undefined {
  let longest: LetterMatch | undefined
  for (let pair = 0; pair < places.length; pair += 2) {
    const text = index.texts[places[pair] ?? 0]
    const offset = places[pair + 1] ?? 0
    if (text === undefined) continue
    let first = start
    let inText = offset
    while (first > from && inText > 0 && codes[first - 1] === text.codes[inText - 1]) {
      first -= 1
      inText -= 1
    }
    let last = start - 1
    inText = offset
    while (last + 1 < codes.length && inText < text.codes.length && codes[last + 1] === text.codes[inText]) {
      last += 1
      inText += 1
    }
    budget.comparisons -= last - first + 3
    const isMatch = last - first + 1 >= text.lettersMin || (budget.comparisons < 0 && last >= start)
    if (isMatch && (longest === undefined || last - first > longest.last - longest.first))
      longest = { first, last, reading: text.reading, source: text.source }
    if (budget.comparisons < 0) break
  }
  return longest
}
