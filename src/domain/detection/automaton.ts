/** A word or piece of text to look for, in lower case; found in any case. */
export interface Pattern {
  readonly text: string
  /** Only where no letter, digit or underscore stands before and behind. */
  readonly isWord: boolean
  /** The searcher takes none that a letter or digit of ASCII stands before, unless an escape ends there: it is not told. */
  readonly isStart?: boolean | undefined
}

/** Of a transition: the next state has something to tell. */
export const HAS_HITS = 0x8000
const STATES_MAX = 0x7fff

/** What a state has to tell: patterns, a joint, the sign of an escape; and that a letter behind it would make them none. */
export const PATTERNS = 1
export const JOINT = 2
export const ESCAPE = 4
export const WORD_END = 8

/**
 * Aho–Corasick automaton (Aho and Corasick, CACM 18:6, 1975) as a full transition table over the classes of characters
 * that occur in the patterns. One look-up a unit, whatever the number of patterns. It has two roots, one behind letters and
 * digits and one behind all else: patterns that begin words are not begun inside them. States are numbered breadth first:
 * text that matches little stays in the first rows, which stay in the processor's cache.
 */
export interface Automaton {
  readonly patterns: readonly Pattern[]
  /** Class of each unit. */
  readonly classes: Uint8Array
  /** The row of a state begins at its number shifted by this. */
  readonly shift: number
  /** The next state for each state and class, with `HAS_HITS` where it has hits. The first state is 0. */
  readonly next: Uint16Array
  /** What each state has to tell. */
  readonly tells: Uint8Array
  /** Patterns of a state: `hits[hitStart[state]]` and those behind it, the longest first. */
  readonly hitStart: Int32Array
  readonly hits: Int32Array
  /** How many of the last units a state knows. */
  readonly depths: Uint8Array
  /** So many units before a place tell which state a walk from the beginning has there. */
  readonly reach: number
}

/** Also told: two hexadecimal digits around one of these signs, two colons, and signs that begin an escape. */
const JOINTS = ':.-'
const ESCAPES = '\\%&='
const HEX = '0123456789abcdef'

const SIGNS: readonly { readonly text: string; readonly tells: number }[] = [
  ...Array.from(HEX, (first) => Array.from(JOINTS, (joint) => Array.from(HEX, (last) => first + joint + last))).flat(2),
  '::',
].map((text) => ({ text, tells: JOINT }))

export function automatonOf(patterns: readonly Pattern[]): Automaton {
  const signs = [...SIGNS, ...Array.from(ESCAPES, (text) => ({ text, tells: ESCAPE }))]
  const { classes, alnum, width } = classesOf([...patterns, ...signs].map(({ text }) => text))
  const longest = patterns.reduce((most, { text }) => Math.max(most, text.length), 3)
  if (longest > 0xff) throw new RangeError('a pattern is longer than 255 units')
  const units = [...patterns, ...signs].reduce((sum, { text }) => sum + text.length, 0)
  const trie = new Trie(classes, width, 2 * units + 2)
  for (const [pattern, { text, isWord, isStart = isWord }] of patterns.entries()) {
    if (text === '') throw new RangeError('an empty pattern stands everywhere')
    for (const root of isStart ? [0] : [0, 1]) trie.put(root, text, pattern)
  }
  for (const { text, tells } of signs) for (const root of [0, 1]) trie.mark(root, text, tells)
  return { patterns, classes, reach: longest + 1, ...linked(trie, { alnum, patterns }) }
}

const NO_PATTERNS: readonly number[] = []

/** Both tries in one: 0 and 1 are their roots. */
class Trie {
  readonly width: number
  /** The child of each node for each class, 0 where there is none. */
  readonly next: Int32Array
  readonly depths: Uint8Array
  readonly tells: Uint8Array
  readonly patterns: (readonly number[])[] = [NO_PATTERNS, NO_PATTERNS]
  readonly #classes: Uint8Array

  constructor(classes: Uint8Array, width: number, nodesMax: number) {
    this.#classes = classes
    this.width = width
    this.next = new Int32Array(nodesMax * width)
    this.depths = new Uint8Array(nodesMax)
    this.tells = new Uint8Array(nodesMax)
  }
  put(root: number, text: string, pattern: number): void {
    const node = this.#nodeOf(root, text)
    this.patterns[node] = [...(this.patterns[node] ?? NO_PATTERNS), pattern]
  }
  mark(root: number, text: string, tells: number): void {
    const node = this.#nodeOf(root, text)
    this.tells[node] = (this.tells[node] as number) | tells
  }

  #nodeOf(root: number, text: string): number {
    let node = root
    for (let index = 0; index < text.length; index++) {
      const cell = node * this.width + (this.#classes[text.charCodeAt(index)] as number)
      const known = this.next[cell] as number
      const child = known === 0 ? this.patterns.push(NO_PATTERNS) - 1 : known
      this.next[cell] = child
      this.depths[child] = index + 1
      node = child
    }
    return node
  }
}

interface Setting {
  readonly alnum: ReadonlySet<number>
  readonly patterns: readonly Pattern[]
}

/** Breadth first: fills the missing transitions from the suffix link, and gathers each state's hits with its suffix's. */
function linked(trie: Trie, { alnum, patterns }: Setting): Omit<Automaton, 'patterns' | 'classes' | 'reach'> {
  const { next, width, depths, tells, patterns: own } = trie
  if (own.length > STATES_MAX) throw new RangeError(`the patterns need more than ${STATES_MAX} states`)
  const rootBehind = Uint8Array.from({ length: width }, (_, unit) => (alnum.has(unit) ? 1 : 0))
  const order = [0, 1]
  const suffix = new Int32Array(own.length)
  for (let head = 0; head < order.length; head++) {
    const node = order[head] as number
    const fallback = suffix[node] as number
    const isRoot = depths[node] === 0
    const inherited = isRoot ? NO_PATTERNS : (own[fallback] as readonly number[])
    if (inherited.length > 0) own[node] = [...(own[node] as readonly number[]), ...inherited]
    if (!isRoot) tells[node] = (tells[node] as number) | (tells[fallback] as number)
    for (let unit = 0; unit < width; unit++) {
      const child = next[node * width + unit] as number
      const instead = (isRoot ? rootBehind[unit] : next[fallback * width + unit]) as number
      if (child === 0) next[node * width + unit] = instead
      else {
        suffix[child] = instead
        order.push(child)
      }
    }
  }
  return numbered(trie, order, patterns)
}

/** States in this order, with rows as wide as a power of two. */
function numbered(
  { next: steps, width, depths, tells, patterns: own }: Trie,
  order: readonly number[],
  patterns: readonly Pattern[],
): Omit<Automaton, 'patterns' | 'classes' | 'reach'> {
  const numbers = new Uint16Array(own.length)
  for (const [number, node] of order.entries()) numbers[node] = number
  for (const [node, list] of own.entries()) {
    if (list.length === 0) continue
    const isWordEnd = tells[node] === 0 && list.every((pattern) => patterns[pattern]?.isWord === true)
    tells[node] = (tells[node] as number) | PATTERNS | (isWordEnd ? WORD_END : 0)
  }
  const shift = Math.ceil(Math.log2(width))
  const next = new Uint16Array(order.length << shift)
  const hitStart = new Int32Array(order.length + 1)
  for (const [number, node] of order.entries()) {
    hitStart[number + 1] = (hitStart[number] as number) + (own[node] as readonly number[]).length
    for (let unit = 0; unit < width; unit++) {
      const target = steps[node * width + unit] as number
      next[(number << shift) + unit] = (numbers[target] as number) | (tells[target] === 0 ? 0 : HAS_HITS)
    }
  }
  return {
    shift,
    next,
    hitStart,
    hits: Int32Array.from(order.flatMap((node) => own[node] ?? NO_PATTERNS)),
    tells: Uint8Array.from(order, (node) => tells[node] as number),
    depths: Uint8Array.from(order, (node) => depths[node] as number),
  }
}

/** What most texts are made of comes first, so that the part of a row that is read lies together in the processor's cache. */
const FREQUENT = 'etaoinshrdlucmfwypvbgkjqxz .,'.split('')

/** 0 is what no pattern holds, and 1 what is a letter or digit of ASCII besides. */
function classesOf(texts: readonly string[]): {
  readonly classes: Uint8Array
  readonly alnum: ReadonlySet<number>
  readonly width: number
} {
  const classes = new Uint8Array(0x10000)
  const alnum = new Set([1])
  let count = 1
  const used = new Set(texts.flatMap((text) => text.split('')))
  for (const units of [FREQUENT.filter((unit) => used.has(unit)), used])
    for (const unit of units) {
      const code = unit.charCodeAt(0)
      if (classes[code] !== 0) continue
      count += 1
      if (count > 255) throw new RangeError('the patterns use more than 255 different characters')
      classes[code] = count
      if (code >= 97 && code <= 122) classes[code - 32] = count
      if (isAsciiAlnum(code)) alnum.add(count)
    }
  for (let code = 48; code <= 122; code++) if (isAsciiAlnum(code) && classes[code] === 0) classes[code] = 1
  return { classes, alnum, width: count + 1 }
}

export function isAsciiAlnum(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}
