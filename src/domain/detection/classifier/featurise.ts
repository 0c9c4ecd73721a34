import { CONCEPT_COUNT, conceptAt, HASH_START, hashStep, NO_CONCEPT, NO_STEM } from './concepts.ts'
import { kindOf, MARK, SENTENCE_END, SPACE, WORD_CHAR } from './tokens.ts'

/** Buckets of character n-grams, of word n-grams, and of concepts (these are exact, not hashed). */
export const CHAR_BUCKETS = 1 << 17
export const WORD_BUCKETS = 1 << 17
export const CONCEPT_BUCKETS = 1 << 14
export const BUCKETS = CHAR_BUCKETS + WORD_BUCKETS + CONCEPT_BUCKETS

const WORD_BASE = CHAR_BUCKETS
const CONCEPT_BASE = CHAR_BUCKETS + WORD_BUCKETS
const PAIR_BASE = CONCEPT_BASE + 2 * CONCEPT_COUNT
const TRIPLE_BASE = PAIR_BASE + 2 * CONCEPT_COUNT * CONCEPT_COUNT

/** Longest span, in UTF-16 units: no unit brings as many as sixteen features. */
const SPAN_CHARS_MAX = 1_024
const FEATURES_MAX = 16 * SPAN_CHARS_MAX
const CHAR_GRAMS_OF_UNIT_MAX = 3
const WORD_GRAMS_OF_UNIT_MAX = 5
const PAIR_DISTANCE_MAX = 12
const NEAR_DISTANCE = 4
const RECENT = 4
const MARK_RUN_MAX = 6
/** Numbers of spans fit a byte; 0 = never. */
const SPANS_MAX = 255

/** Scripts that carry more in one character: their n-grams are one shorter. */
function isDense(code: number): boolean {
  return code >= 0x1100 && code < 0xd800
}

/** Scripts written without spaces: concepts are looked for at every character. */
function isUnspaced(code: number): boolean {
  return code >= 0x3040 && code <= 0x9fff
}

function mix(hash: number): number {
  let value = hash ^ (hash >>> 16)
  value = Math.imul(value, 0x7feb352d)
  value ^= value >>> 15
  value = Math.imul(value, 0x846ca68b)
  return value ^ (value >>> 16)
}

/**
 * Turns a span of canonical text into the set of its features: character n-grams inside word boundaries, words, word pairs, word pairs with
 * one or two words between, runs of marks, and sequences of concepts. Reused between spans; allocates nothing per n-gram.
 */
export class Featuriser {
  /** The first `count` entries: bucket × 2, plus 1 where the feature counts negatively (signed hashing). Each bucket once. */
  readonly indices = new Int32Array(FEATURES_MAX)
  /** Beside each entry: the number of the last span that had the bucket. Below that of the first span of a run: none of the run had it. */
  readonly earlier = new Uint8Array(FEATURES_MAX)
  count = 0
  charCount = 0
  wordCount = 0
  /** Number of the span at hand. */
  span = 0
  /** Hashes of the span at hand as they come, of character n-grams, and of words and marks: apart, so that each loop has little to do. */
  readonly #charHashes = new Int32Array(CHAR_GRAMS_OF_UNIT_MAX * SPAN_CHARS_MAX)
  readonly #wordHashes = new Int32Array(WORD_GRAMS_OF_UNIT_MAX * SPAN_CHARS_MAX)
  #charHashCount = 0
  #wordHashCount = 0
  /** In which span a bucket was last counted. A byte each: four of them would not stay in a processor's cache. */
  readonly #stamps = new Uint8Array(BUCKETS)
  /** Hashes of the last three words of the sentence; 0 = none. */
  #last = 0
  #second = 0
  #third = 0
  readonly #concepts = new Int32Array(RECENT)
  readonly #places = new Int32Array(RECENT)
  #conceptCount = 0
  #place = 0

  /** Features of `text` from `start` to `end` (UTF-16 units). Linear in the span. */
  run(text: string, start: number, end: number): void {
    this.begin(1)
    this.read(text, start, end)
  }

  /** Begins a run of at most `spans` spans, which follow one another without a gap. */
  begin(spans: number): void {
    if (spans > SPANS_MAX) throw new Error(`a run of ${spans} spans is too long to be numbered`)
    if (this.span + spans > SPANS_MAX) {
      this.#stamps.fill(0)
      this.span = 0
    }
    this.#place = 0
    this.#endSentence()
  }

  /** Features of the next span of the run, which ends with a word or between words; its sentence may have begun in the span before. */
  read(text: string, start: number, end: number): void {
    if (end - start > SPAN_CHARS_MAX)
      throw new Error(`a span of ${end - start} characters was not bounded by its reader`)
    this.span += 1
    this.count = 0
    this.#charHashCount = 0
    this.#wordHashCount = 0
    for (let index = start; index < end;) {
      const kind = kindOf(text.charCodeAt(index))
      let next = index + 1
      if (kind === WORD_CHAR) {
        while (next < end && kindOf(text.charCodeAt(next)) === WORD_CHAR) next += 1
        this.#word(text, index, next)
      } else if (kind === MARK) {
        while (next < end && next - index < MARK_RUN_MAX && kindOf(text.charCodeAt(next)) === MARK) next += 1
        if (next - index >= 2) this.#marks(text, index, next)
      } else if (kind === SENTENCE_END) this.#endSentence()
      index = next
    }
    this.charCount = this.#addHashes(this.#charHashes, this.#charHashCount, 0)
    this.wordCount = this.#addHashes(this.#wordHashes, this.#wordHashCount, WORD_BASE)
  }

  /** Adds the buckets that hashes fall into, and says how many are new. */
  #addHashes(hashes: Int32Array, size: number, base: number): number {
    const before = this.count
    for (let at = 0; at < size; at++) {
      const mixed = mix(hashes[at] as number)
      this.#add(base + (mixed & (CHAR_BUCKETS - 1)), mixed >>> 31)
    }
    return this.count - before
  }

  #endSentence(): void {
    this.#last = 0
    this.#second = 0
    this.#third = 0
    this.#conceptCount = 0
  }

  #add(bucket: number, sign: number): void {
    const stamp = this.#stamps[bucket] as number
    this.indices[this.count] = bucket * 2 + sign
    this.earlier[this.count] = stamp
    this.#stamps[bucket] = this.span
    // 1 where the bucket is new to the span, else 0. Chance decides, so that a processor would guess a branch wrong.
    this.count += ((stamp ^ this.span) + SPANS_MAX) >> 8
  }

  #addWord(hash: number): void {
    this.#wordHashes[this.#wordHashCount++] = hash
  }

  #marks(text: string, start: number, end: number): void {
    let hash = 0x5bd1e995
    for (let index = start; index < end; index++) hash = hashStep(hash, text.charCodeAt(index))
    this.#addWord(hash)
  }

  #word(text: string, start: number, end: number): void {
    this.#place += 1
    let hash = HASH_START
    let concept = NO_CONCEPT
    let found = NO_CONCEPT
    const unspaced = isUnspaced(text.charCodeAt(start))
    this.#charGrams(text, start, end)
    for (let index = start; index < end; index++) {
      hash = hashStep(hash, plainDigit(text.charCodeAt(index)))
      if (unspaced) this.#conceptsFrom(text, index, end)
      else if (found !== NO_STEM) {
        found = conceptAt(hash, index + 1 === end)
        if (found >= 0) concept = found
      }
    }
    if (concept >= 0) this.#concept(concept)
    if (!unspaced || end - start <= 8) this.#wordGrams(hash)
  }

  /** The n-grams of a word, which stands between two spaces. */
  #charGrams(text: string, start: number, end: number): void {
    const hashes = this.#charHashes
    let count = this.#charHashCount
    // The four units before the one at hand; a zero stands before the word's start.
    let a = 0
    let b = 0
    let c = 0
    let d = SPACE
    for (let index = start; index <= end; index++) {
      const e = index === end ? SPACE : plainDigit(text.charCodeAt(index))
      const dense = isDense(d)
      if (dense) hashes[count++] = hashStep(hashStep(0x2545f491, d), e)
      if (c !== 0) {
        const three = hashStep(hashStep(hashStep(0x9e3779b9, e), d), c)
        hashes[count++] = three
        if (b !== 0) {
          const four = hashStep(three, b)
          hashes[count++] = four ^ 0x3c6ef372
          if (a !== 0 && !dense) hashes[count++] = hashStep(four, a) ^ 0x78dde6e4
        }
      }
      a = b
      b = c
      c = d
      d = e
    }
    this.#charHashCount = count
  }

  #wordGrams(hash: number): void {
    const last = this.#last
    const second = this.#second
    const third = this.#third
    this.#addWord(hash)
    // A word that opens a sentence tells an order from a description.
    this.#addWord(last === 0 ? hash ^ 0x1b873593 : Math.imul(last, 31) ^ hash)
    if (second !== 0) this.#addWord(Math.imul(second, 37) ^ hash ^ 0x51ed270b)
    if (second !== 0) this.#addWord(Math.imul(Math.imul(second, 31) ^ last, 41) ^ hash)
    if (third !== 0) this.#addWord(Math.imul(third, 37) ^ hash ^ 0x51ed270b)
    this.#third = second
    this.#second = last
    this.#last = hash
  }

  #conceptsFrom(text: string, start: number, end: number): void {
    let hash = HASH_START
    let concept = NO_CONCEPT
    for (let index = start; index < end && index < start + 6; index++) {
      hash = hashStep(hash, text.charCodeAt(index))
      const found = conceptAt(hash, true)
      if (found === NO_STEM) break
      if (found >= 0) concept = found
    }
    if (concept < 0) return
    this.#place += 1
    this.#concept(concept)
  }

  #concept(concept: number): void {
    const concepts = this.#concepts
    const places = this.#places
    this.#add(CONCEPT_BASE + concept, 0)
    if (this.#conceptCount === 0) this.#add(CONCEPT_BASE + CONCEPT_COUNT + concept, 0)
    const depth = Math.min(RECENT, this.#conceptCount)
    for (let back = 1; back <= depth; back++) {
      const slot = (this.#conceptCount - back) % RECENT
      const other = concepts[slot] as number
      const distance = this.#place - (places[slot] as number)
      if (distance > PAIR_DISTANCE_MAX) break
      const near = distance <= NEAR_DISTANCE ? 0 : 1
      this.#add(PAIR_BASE + (other * CONCEPT_COUNT + concept) * 2 + near, 0)
      if (back === depth) continue
      const before = concepts[(this.#conceptCount - back - 1) % RECENT] as number
      this.#add(TRIPLE_BASE + (before * CONCEPT_COUNT + other) * CONCEPT_COUNT + concept, 0)
    }
    const slot = this.#conceptCount % RECENT
    concepts[slot] = concept
    places[slot] = this.#place
    this.#conceptCount += 1
  }
}

/** Which digit it is tells nothing: numbers would be learned by heart. */
function plainDigit(code: number): number {
  return code >= 48 && code <= 57 ? 48 : code
}
