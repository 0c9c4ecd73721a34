import { gramSieve, type GramSieve, type Pattern } from './gram-sieve.ts'
import { isWordUnit } from './word-unit.ts'

export type { Pattern } from './gram-sieve.ts'

/** Called for each occurrence: index of the pattern, and where it stands (UTF-16 units, half-open). */
export type OnHit = (pattern: number, start: number, end: number) => void

/** Where a walk over the units of a text saw that patterns may begin. */
export interface Spots {
  /** Places at which the sieve did not rule it out, in order. */
  readonly spots: Uint32Array
  /** Places of `\`, `%`, `&` and `=`, in order: behind an escape a pattern may begin although a letter stands before it. */
  readonly escapes: Uint32Array
}

const STATES_MAX = 0x7fff
const BACKSLASH = 92
const PERCENT = 37
/** Behind every place of a text. */
const NOWHERE = 0x7fffffff

/**
 * Patterns as a trie (E. Fredkin, CACM 3:9, 1960), walked only where a sieve of four units lets one begin: most of a text is
 * never walked. Edges lie in one hash table, which stays in the processor's cache.
 */
export class PatternSearch {
  readonly sieve: GramSieve
  readonly #trie: Trie
  readonly #isWord: Uint8Array

  constructor(patterns: readonly Pattern[]) {
    this.sieve = gramSieve(patterns)
    this.#trie = trieOf(patterns)
    this.#isWord = Uint8Array.from(patterns, ({ isWord }) => (isWord ? 1 : 0))
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
      if (open <= behind) spot += 1
      if (behind <= open) escape += 1
      const start = Math.min(open, behind)
      if (start <= last) continue
      last = start
      hits.tellUpTo(start, onHit)
      this.#walk(text, start, hits)
    }
    hits.tellUpTo(text.length, onHit)
  }

  #walk(text: string, start: number, hits: HitQueue): void {
    const { keys, targets, mask, ends, firstEnd } = this.#trie
    let state = 0
    for (let at = start; at < text.length; at++) {
      const key = keyOf(state, lowered(text.charCodeAt(at)))
      let cell = hashOf(key) & mask
      while (keys[cell] !== key && keys[cell] !== 0) cell = (cell + 1) & mask
      if (keys[cell] === 0) return
      state = targets[cell] as number
      const beyond = firstEnd[state + 1] as number
      for (let index = firstEnd[state] as number; index < beyond; index++) {
        const pattern = ends[index] as number
        if (this.#isWord[pattern] === 1 && (goesOn(text, start - 1, -1) || goesOn(text, at + 1, 1))) continue
        hits.put(pattern, start, at + 1)
      }
    }
  }
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

interface Trie {
  /** Open addressing: the key of an edge, 0 where there is none, and the state that it leads to. */
  readonly keys: Int32Array
  readonly targets: Uint16Array
  readonly mask: number
  /** Patterns that end in a state: `ends[firstEnd[state]]` and those behind it. */
  readonly firstEnd: Int32Array
  readonly ends: Int32Array
}

/** Never 0: no unit of a pattern is NUL. */
const keyOf = (state: number, unit: number): number => (state << 16) | unit

const hashOf = (key: number): number => Math.imul(key ^ (key >>> 15), 0x2c1b3c6d) >>> 12

function trieOf(patterns: readonly Pattern[]): Trie {
  const edges = new Map<number, number>()
  const own: number[][] = [[]]
  for (const [pattern, { text }] of patterns.entries()) {
    let state = 0
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit === 0) throw new RangeError('a pattern holds NUL')
      const key = keyOf(state, unit)
      const known = edges.get(key) ?? own.push([]) - 1
      edges.set(key, known)
      state = known
    }
    own[state]?.push(pattern)
  }
  if (own.length > STATES_MAX) throw new RangeError(`the patterns need more than ${STATES_MAX} states`)
  const firstEnd = new Int32Array(own.length + 1)
  for (const [state, list] of own.entries()) firstEnd[state + 1] = (firstEnd[state] as number) + list.length
  return { ...tableOf(edges), firstEnd, ends: Int32Array.from(own.flat()) }
}

function tableOf(edges: ReadonlyMap<number, number>): Pick<Trie, 'keys' | 'targets' | 'mask'> {
  const size = 1 << Math.ceil(Math.log2(4 * Math.max(4, edges.size)))
  const mask = size - 1
  const keys = new Int32Array(size)
  const targets = new Uint16Array(size)
  for (const [key, target] of edges) {
    let cell = hashOf(key) & mask
    while (keys[cell] !== 0) cell = (cell + 1) & mask
    keys[cell] = key
    targets[cell] = target
  }
  return { keys, targets, mask }
}
