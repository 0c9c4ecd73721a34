import { withUnits } from './text-units.ts'

/** A word or piece of text to look for, in lower case; found in any case. */
export interface Pattern {
  readonly text: string
  /** Only where no letter, digit or underscore stands before and behind. */
  readonly isWord: boolean
  /** The searcher takes none that a letter or digit of ASCII stands before, unless an escape may end there: it need not be told. */
  readonly isStart?: boolean | undefined
}

/** Called for each occurrence: index of the pattern, and where it stands (UTF-16 units, half-open). */
export type OnHit = (pattern: number, start: number, end: number) => void

/** Most states a table can name; the bit above marks a state that has hits. */
const STATES_MAX = 0x7fff
const HAS_HITS = 0x8000
/** Shorter texts are walked in one go. */
const HALVES_FROM = 2_048
const LATE_LEAST = 256
const LATE_KEPT = 0x10000
const WORD_END = 0x80
const START_LENGTH = 0x7f
const BACKSLASH = 92
const PERCENT = 37

interface Walked {
  readonly text: string
  readonly units: Uint16Array
  readonly half: number
}

/**
 * Aho–Corasick automaton (Aho and Corasick, CACM 18:6, 1975) as a full transition table over the classes of characters
 * that occur in the patterns. One pass over the text, one table look-up a unit, whatever the number of patterns. States are
 * numbered breadth first: text that matches little stays in the first rows, which stay in the processor's cache.
 */
export class Automaton {
  readonly #classes: Uint8Array
  /** The row of a state begins at its number shifted by this. */
  readonly #shift: number
  /** The next state for each state and class, with `HAS_HITS` where it has hits. */
  readonly #next: Uint16Array
  readonly #hitStart: Int32Array
  readonly #hits: Int32Array
  readonly #lengths: Int32Array
  readonly #isWord: Uint8Array
  /** Per state: `WORD_END` where no hit is told before a letter, and how far before the end all begin that none is told behind. */
  readonly #glances: Uint8Array
  readonly #longest: number
  /** States with hits in the second half and where they end, until those of the first are told. */
  #late: Uint32Array<ArrayBuffer> = new Uint32Array(LATE_LEAST)

  constructor(patterns: readonly Pattern[]) {
    const { classes, width } = classesOf(patterns)
    const { next, shift, hitStart, hits } = link(buildTrie(patterns, classes, width), width)
    this.#classes = classes
    this.#shift = shift
    this.#next = next
    this.#hitStart = hitStart
    this.#hits = hits
    this.#lengths = Int32Array.from(patterns, ({ text }) => text.length)
    this.#isWord = Uint8Array.from(patterns, ({ isWord }) => (isWord ? 1 : 0))
    this.#glances = glancesOf(patterns, hitStart, hits)
    this.#longest = this.#lengths.reduce((most, own) => Math.max(most, own), 0)
  }

  /** Finds every occurrence that is asked for, in the order of their ends. Linear in the text and the number of hits. */
  scan(text: string, onHit: OnHit): void {
    const { length } = text
    withUnits(text, (units) => {
      const half = length < HALVES_FROM ? 0 : length >> 1
      const state = half === 0 ? 0 : this.#walkHalves({ text, units, half }, onHit)
      this.#walk({ text, units, half }, state, onHit)
    })
  }

  /** From behind the two halves to the end: the whole of a short text. */
  #walk({ text, units, half }: Walked, before: number, onHit: OnHit): void {
    const classes = this.#classes
    const next = this.#next
    const shift = this.#shift
    const { length } = text
    let state = before
    for (let at = 2 * half; at < length; at++) {
      state = next[(state << shift) + (classes[units[at] as number] as number)] as number
      if (state < HAS_HITS) continue
      state -= HAS_HITS
      if (!this.#isPassedOver(units, state, at + 1, length)) this.#emit(text, state, at + 1, onHit)
    }
  }

  /** Each step of a walk waits for the one before it: two of them in turn, one over each half, wait for memory together. */
  #walkHalves({ text, units, half }: Walked, onHit: OnHit): number {
    const classes = this.#classes
    const next = this.#next
    const shift = this.#shift
    const { length } = text
    let late = this.#late
    let count = 0
    let left = 0
    let right = this.#stateAt(units, half)
    for (let at = 0, other = half; at < half; at++, other++) {
      left = next[(left << shift) + (classes[units[at] as number] as number)] as number
      right = next[(right << shift) + (classes[units[other] as number] as number)] as number
      if ((left | right) < HAS_HITS) continue
      if (left >= HAS_HITS) {
        left -= HAS_HITS
        if (!this.#isPassedOver(units, left, at + 1, length)) this.#emit(text, left, at + 1, onHit)
      }
      if (right >= HAS_HITS) {
        right -= HAS_HITS
        if (this.#isPassedOver(units, right, other + 1, length)) continue
        if (count === late.length) late = grown(late)
        late[count++] = right
        late[count++] = other + 1
      }
    }
    this.#late = late.length > LATE_KEPT ? new Uint32Array(LATE_LEAST) : late
    for (let index = 0; index < count; index += 2)
      this.#emit(text, late[index] as number, late[index + 1] as number, onHit)
    return right
  }

  /** The state that a walk from the beginning has before `at`: no pattern reaches further back than the longest. */
  #stateAt(units: Uint16Array, at: number): number {
    let state = 0
    for (let index = Math.max(0, at - this.#longest); index < at; index++) {
      const cell = (state << this.#shift) + (this.#classes[units[index] as number] as number)
      state = (this.#next[cell] as number) & (HAS_HITS - 1)
    }
    return state
  }

  /** Most hits are a few letters inside a longer word: true only where none of the state's would be told. */
  #isPassedOver(units: Uint16Array, state: number, end: number, length: number): boolean {
    const glance = this.#glances[state] as number
    if ((glance & WORD_END) !== 0 && end < length && isAsciiAlnum(units[end] as number)) return true
    const start = end - (glance & START_LENGTH)
    if (start === end || start === 0 || !isAsciiAlnum(units[start - 1] as number)) return false
    return (start < 2 || units[start - 2] !== BACKSLASH) && (start < 3 || units[start - 3] !== PERCENT)
  }

  #emit(text: string, state: number, end: number, onHit: OnHit): void {
    const beyond = this.#hitStart[state + 1] as number
    for (let index = this.#hitStart[state] as number; index < beyond; index++) {
      const pattern = this.#hits[index] as number
      const start = end - (this.#lengths[pattern] as number)
      if (this.#isWord[pattern] === 1 && (goesOn(text, start - 1, -1) || goesOn(text, end, 1))) continue
      onHit(pattern, start, end)
    }
  }
}

/**
 * Letters, digits and underscore of ASCII, and letters of scripts that part their words. Thai, Chinese, Japanese and Korean
 * put words beside each other, so that theirs never join one of another script.
 */
export function isWordUnit(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  // Beyond either end of a text there is no code at all.
  if (!(code >= 192 && code < 0x2000) || code === 215 || code === 247) return false
  return !(code >= 0xe00 && code < 0xf00) && !(code >= 0x1780 && code < 0x1800)
}

function isAsciiAlnum(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}

function glancesOf(patterns: readonly Pattern[], hitStart: Int32Array, hits: Int32Array): Uint8Array {
  return Uint8Array.from({ length: hitStart.length - 1 }, (_, state) => {
    const own = Array.from(hits.subarray(hitStart[state], hitStart[state + 1]), (hit) => patterns[hit] as Pattern)
    const [first] = own
    if (first === undefined) return 0
    const { length } = first.text
    const isStart = own.every(({ text, isWord, isStart = isWord }) => isStart && text.length === length)
    return (own.every(({ isWord }) => isWord) ? WORD_END : 0) | (isStart && length <= START_LENGTH ? length : 0)
  })
}

function grown(list: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(2 * list.length)
  more.set(list)
  return more
}

/** Whether the word goes on beyond a place: an underscore at a word's edge is Markdown's, not the word's. */
function goesOn(text: string, at: number, step: 1 | -1): boolean {
  const code = text.charCodeAt(at)
  if (code !== 95) return isWordUnit(code)
  let next = at
  while (text.charCodeAt(next) === 95) next += step
  return isWordUnit(text.charCodeAt(next))
}

/** What most texts are made of comes first, so that the part of a row that is read lies together in the processor's cache. */
const FREQUENT = 'etaoinshrdlucmfwypvbgkjqxz .,'.split('')

function classesOf(patterns: readonly Pattern[]): { readonly classes: Uint8Array; readonly width: number } {
  const classes = new Uint8Array(0x10000)
  let count = 0
  const used = new Set(patterns.flatMap(({ text }) => text.split('')))
  for (const units of [FREQUENT.filter((unit) => used.has(unit)), used])
    for (const unit of units) {
      const code = unit.charCodeAt(0)
      if (classes[code] !== 0) continue
      count += 1
      if (count > 255) throw new RangeError('the patterns use more than 255 different characters')
      classes[code] = count
      if (code >= 97 && code <= 122) classes[code - 32] = count
    }
  return { classes, width: count + 1 }
}

interface Trie {
  readonly next: Int32Array
  readonly states: number
  /** Pattern that ends in each state, and the next one of the same text. */
  readonly ends: readonly (readonly number[] | undefined)[]
}

function buildTrie(patterns: readonly Pattern[], classes: Uint8Array, width: number): Trie {
  const statesMax = patterns.reduce((sum, { text }) => sum + text.length, 1)
  const next = new Int32Array(statesMax * width)
  const ends: (number[] | undefined)[] = []
  let states = 1
  for (const [pattern, { text }] of patterns.entries()) {
    if (text === '') throw new RangeError('an empty pattern stands everywhere')
    let state = 0
    for (let index = 0; index < text.length; index++) {
      const cell = state * width + (classes[text.charCodeAt(index)] as number)
      if (next[cell] === 0) next[cell] = states++
      state = next[cell] as number
    }
    ;(ends[state] ??= []).push(pattern)
  }
  return { next: next.slice(0, states * width), states, ends }
}

interface Linked {
  readonly next: Uint16Array
  readonly shift: number
  readonly hitStart: Int32Array
  readonly hits: Int32Array
}

/** Breadth first: fills the missing transitions from the suffix link, and gathers each state's hits with its suffix's. */
function link({ next, states, ends }: Trie, width: number): Linked {
  if (states > STATES_MAX) throw new RangeError(`the patterns need more than ${STATES_MAX} states`)
  const suffix = new Int32Array(states)
  const all: (readonly number[])[] = Array.from({ length: states }, (_, state) => ends[state] ?? [])
  const order: number[] = [0]
  for (let head = 0; head < order.length; head++) {
    const state = order[head] as number
    const fallback = suffix[state] as number
    const inherited = state === 0 ? [] : (all[fallback] ?? [])
    if (inherited.length > 0) all[state] = [...(all[state] ?? []), ...inherited]
    for (let cell = 0; cell < width; cell++) {
      const target = next[state * width + cell] as number
      const other = state === 0 ? 0 : (next[fallback * width + cell] as number)
      if (target === 0) next[state * width + cell] = other
      else {
        suffix[target] = other
        order.push(target)
      }
    }
  }
  return numbered({ next, states, ends: all }, order, width)
}

/** The same automaton with its states numbered in this order, and rows as wide as a power of two. */
function numbered({ next, states, ends }: Trie, order: readonly number[], width: number): Linked {
  const numbers = new Uint16Array(states)
  for (const [number, state] of order.entries()) numbers[state] = number
  const shift = Math.ceil(Math.log2(width))
  const table = new Uint16Array(states << shift)
  const hitStart = new Int32Array(states + 1)
  for (const [number, state] of order.entries()) {
    hitStart[number + 1] = (hitStart[number] as number) + (ends[state]?.length ?? 0)
    for (let cell = 0; cell < width; cell++) {
      const target = next[state * width + cell] as number
      table[(number << shift) + cell] = (numbers[target] as number) + ((ends[target]?.length ?? 0) > 0 ? HAS_HITS : 0)
    }
  }
  return { next: table, shift, hitStart, hits: Int32Array.from(order.flatMap((state) => ends[state] ?? [])) }
}
