import { CONCEPT_COUNT, conceptAt, HASH_START, hashStep } from './concepts.ts'

/** Buckets of character n-grams, of word n-grams, and of concepts (these are exact, not hashed). */
export const CHAR_BUCKETS = 1 << 17
export const WORD_BUCKETS = 1 << 17
export const CONCEPT_BUCKETS = 1 << 14
export const BUCKETS = CHAR_BUCKETS + WORD_BUCKETS + CONCEPT_BUCKETS

const WORD_BASE = CHAR_BUCKETS
const CONCEPT_BASE = CHAR_BUCKETS + WORD_BUCKETS
const PAIR_BASE = CONCEPT_BASE + 2 * CONCEPT_COUNT
const TRIPLE_BASE = PAIR_BASE + 2 * CONCEPT_COUNT * CONCEPT_COUNT

const FEATURES_MAX = 16_384
const PAIR_DISTANCE_MAX = 12
const NEAR_DISTANCE = 4
const RECENT = 4
const MARK_RUN_MAX = 6
const GENERATIONS = 255

const SPACE = 32
const WORD_CHAR = 1
const SENTENCE_END = 2
const MARK = 3

/** What a UTF-16 unit of canonical text is to the tokeniser. */
function kindOf(code: number): number {
  if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95) return WORD_CHAR
  if (code <= SPACE) return code === 10 ? SENTENCE_END : 0
  if (code === 46 || code === 33 || code === 63) return SENTENCE_END
  if (code < 0x80) return MARK
  if (code >= 0x2000 && code <= 0x2bff) return MARK
  if (code >= 0x3000 && code <= 0x303f) return code === 0x3002 ? SENTENCE_END : MARK
  if (code === 0x00a0 || code === 0x0964) return SENTENCE_END
  return WORD_CHAR
}

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
  count = 0
  charCount = 0
  wordCount = 0
  /** In which generation a bucket was last counted. A byte each: four of them would not stay in a processor's cache. */
  readonly #stamps = new Uint8Array(BUCKETS)
  #generation = 0
  /** Hashes of the last three words of the sentence; 0 = none. */
  readonly #words = new Int32Array(3)
  /** The four units before the one at hand, oldest first. */
  readonly #units = new Int32Array(4)
  readonly #concepts = new Int32Array(RECENT)
  readonly #places = new Int32Array(RECENT)
  #conceptCount = 0
  #place = 0

  /** Features of `text` from `start` to `end` (UTF-16 units). Linear in the span. */
  run(text: string, start: number, end: number): void {
    this.#generation += 1
    if (this.#generation > GENERATIONS) {
      this.#stamps.fill(0)
      this.#generation = 1
    }
    this.count = 0
    this.charCount = 0
    this.wordCount = 0
    this.#place = 0
    this.#endSentence()
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
  }

  #endSentence(): void {
    this.#words.fill(0)
    this.#conceptCount = 0
  }

  #add(bucket: number, sign: number): boolean {
    if (this.#stamps[bucket] === this.#generation || this.count >= FEATURES_MAX) return false
    this.#stamps[bucket] = this.#generation
    this.indices[this.count++] = bucket * 2 + sign
    return true
  }

  #addChars(hash: number): void {
    const mixed = mix(hash)
    if (this.#add(mixed & (CHAR_BUCKETS - 1), mixed >>> 31)) this.charCount += 1
  }

  #addWords(hash: number): void {
    const mixed = mix(hash)
    if (this.#add(WORD_BASE + (mixed & (WORD_BUCKETS - 1)), mixed >>> 31)) this.wordCount += 1
  }

  #marks(text: string, start: number, end: number): void {
    let hash = 0x5bd1e995
    for (let index = start; index < end; index++) hash = hashStep(hash, text.charCodeAt(index))
    this.#addWords(hash)
  }

  #word(text: string, start: number, end: number): void {
    this.#place += 1
    let hash = HASH_START
    let concept = -1
    const unspaced = isUnspaced(text.charCodeAt(start))
    // The word stands between two spaces.
    this.#units.fill(0)
    this.#units[3] = SPACE
    for (let index = start; index <= end; index++) {
      const code = index === end ? SPACE : plainDigit(text.charCodeAt(index))
      this.#grams(code)
      if (index === end) break
      hash = hashStep(hash, code)
      if (unspaced) this.#conceptsFrom(text, index, end)
      else {
        const found = conceptAt(hash, index + 1 === end)
        if (found >= 0) concept = found
      }
    }
    if (concept >= 0) this.#concept(concept)
    if (!unspaced || end - start <= 8) this.#wordGrams(hash)
  }

  /** The n-grams that end with `e`; a zero stands before the word's start. */
  #grams(e: number): void {
    const units = this.#units
    const [a, b, c, d] = [units[0] as number, units[1] as number, units[2] as number, units[3] as number]
    units[0] = b
    units[1] = c
    units[2] = d
    units[3] = e
    if (isDense(d)) {
      this.#addChars(hashStep(hashStep(0x2545f491, d), e))
    }
    if (c === 0) return
    const three = hashStep(hashStep(hashStep(0x9e3779b9, e), d), c)
    this.#addChars(three)
    if (b === 0) return
    const four = hashStep(three, b)
    this.#addChars(four ^ 0x3c6ef372)
    if (a === 0 || isDense(d)) return
    this.#addChars(hashStep(four, a) ^ 0x78dde6e4)
  }

  #wordGrams(hash: number): void {
    const words = this.#words
    const [last, second, third] = [words[0] as number, words[1] as number, words[2] as number]
    this.#addWords(hash)
    // A word that opens a sentence tells an order from a description.
    this.#addWords(last === 0 ? hash ^ 0x1b873593 : Math.imul(last, 31) ^ hash)
    if (second !== 0) this.#addWords(Math.imul(second, 37) ^ hash ^ 0x51ed270b)
    if (second !== 0) this.#addWords(Math.imul(Math.imul(second, 31) ^ last, 41) ^ hash)
    if (third !== 0) this.#addWords(Math.imul(third, 37) ^ hash ^ 0x51ed270b)
    words[2] = second
    words[1] = last
    words[0] = hash
  }

  #conceptsFrom(text: string, start: number, end: number): void {
    let hash = HASH_START
    let concept = -1
    for (let index = start; index < end && index < start + 6; index++) {
      hash = hashStep(hash, text.charCodeAt(index))
      const found = conceptAt(hash, true)
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
