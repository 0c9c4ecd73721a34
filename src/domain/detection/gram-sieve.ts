/** A word or piece of text to look for, in lower case; found in any case. */
export interface Pattern {
  readonly text: string
  /** Only where no letter, digit or underscore stands before and behind. */
  readonly isWord: boolean
  /** The searcher takes none that a letter or digit of ASCII stands before, unless an escape may end there: it need not be told. */
  readonly isStart?: boolean | undefined
}

/** Bits of a class; the highest is set for letters and digits of ASCII, and for nothing else. */
export const CLASS_BITS = 6
const ALNUM = 0x20
const SYMBOLS = ALNUM - 1
const CLASSES = 1 << CLASS_BITS
const GRAM = 0xffffff

/** Patterns that may begin with a gram, by their number; shorter ones first. */
export type Bucket = readonly number[]

/** Two hexadecimal digits around one of these signs, and two colons, pass as well: addresses are made of them. */
const JOINTS = ':.-'
const ALL = Array.from({ length: CLASSES }, (_, index) => index)
const NO_ALNUM = ALL.slice(0, ALNUM)

/**
 * Says of four units in a row, and of whether a letter or digit stands before them, that no pattern begins with them. A gram is
 * the classes of five units, the last lowest. First `bits`: two words for each pair of first units, one for either kind of unit
 * before, with a bit for each mixture of the next two. 32 KB, of which text in one language touches little. What passes is
 * looked up by all four units.
 */
export class GramSieve {
  /** Class of each unit: case does not count, some signs and digits share one; 0 is what no pattern holds. */
  readonly classes: Uint8Array
  /** The bit of a gram is `bitOf` in the word `rowOf`. */
  readonly bits = new Int32Array(2 * CLASSES * CLASSES)
  readonly #buckets: number[][] = [[]]
  /** Number of the bucket of those of two units, by these. */
  readonly #short = new Uint16Array(CLASSES * CLASSES)
  readonly #isInside: boolean[] = [false]
  #keys: Int32Array
  #numbers: Uint16Array

  constructor(patterns: readonly Pattern[]) {
    this.classes = classesOf(patterns)
    const grams = new Map<number, number>()
    const order = patterns.map((_, index) => index)
    for (const pattern of order.sort((a, b) => lengthOf(patterns[a]) - lengthOf(patterns[b]) || a - b))
      this.#add(patterns[pattern] as Pattern, pattern, grams)
    const hex = this.#classesIn('0123456789abcdef')
    for (const joint of this.#classesIn(JOINTS)) this.#mark([hex, [joint], hex, ALL], true)
    const colon = this.#classesIn(':')
    this.#mark([colon, colon, ALL, ALL], true)
    ;[this.#keys, this.#numbers] = tableOf(grams)
  }

  /** Number of the bucket for a gram's last four units, 0 where there is none: that for patterns of two units 16 bits higher. */
  bucketsOf(gram: number): number {
    const key = (gram & GRAM) + 1
    const mask = this.#keys.length - 1
    let cell = hashOf(key) & mask
    while (this.#keys[cell] !== key && this.#keys[cell] !== 0) cell = (cell + 1) & mask
    const long = this.#keys[cell] === 0 ? 0 : (this.#numbers[cell] as number)
    const short = this.#short[(gram >>> 12) & 0xfff] as number
    if (((gram >>> 29) & 1) === 0) return long | (short << 16)
    return (this.#isInside[long] === true ? long : 0) | (this.#isInside[short] === true ? short << 16 : 0)
  }

  bucket(number: number): Bucket {
    return this.#buckets[number] ?? []
  }

  /** The gram of four units of a text, as if no letter stood before them. */
  gramAt(text: string, at: number): number {
    let gram = 0
    for (let index = at; index < at + 4; index++)
      gram = (gram << CLASS_BITS) | (index < text.length ? (this.classes[text.charCodeAt(index)] as number) : 0)
    return gram
  }

  #add({ text, isWord, isStart = isWord }: Pattern, pattern: number, grams: Map<number, number>): void {
    if (text === '') throw new RangeError('an empty pattern stands everywhere')
    const places = Array.from({ length: 4 }, (_, index) =>
      index < text.length
        ? [this.classes[text.charCodeAt(index)] as number]
        : // Behind a word stands no letter.
          isWord && index === text.length
          ? NO_ALNUM
          : ALL,
    )
    this.#mark(places, !isStart)
    const put = (known: number): number => {
      const number = known === 0 ? this.#buckets.push([]) - 1 : known
      if (number > 0xffff) throw new RangeError('the patterns begin with too many grams')
      this.#buckets[number]?.push(pattern)
      this.#isInside[number] = this.#isInside[number] === true || !isStart
      return number
    }
    const [first = [], second = [], third = [], fourth = []] = places
    for (const one of first)
      for (const two of second) {
        const pair = (one << CLASS_BITS) | two
        if (text.length < 3) this.#short[pair] = put(this.#short[pair] as number)
        else
          for (const three of third)
            for (const four of fourth) {
              const gram = (((pair << CLASS_BITS) | three) << CLASS_BITS) | four
              grams.set(gram, put(grams.get(gram) ?? 0))
            }
      }
  }

  #mark(places: readonly (readonly number[])[], isInside: boolean): void {
    const [first = [], second = [], third = [], fourth = []] = places
    let mask = 0
    for (const three of third) for (const four of fourth) mask |= 1 << bitOf((three << CLASS_BITS) | four)
    for (const one of first)
      for (const two of second) {
        const row = rowOf(((one << CLASS_BITS) | two) << (2 * CLASS_BITS))
        this.bits[row] = (this.bits[row] as number) | mask
        if (isInside) this.bits[row + 1] = (this.bits[row + 1] as number) | mask
      }
  }

  #classesIn(units: string): readonly number[] {
    return [...new Set(Array.from(units, (unit) => this.classes[unit.charCodeAt(0)] as number))]
  }
}

export const rowOf = (gram: number): number => ((gram >>> 11) & (2 * CLASSES * CLASSES - 2)) | ((gram >>> 29) & 1)
/** Only its five lowest bits count. */
export const bitOf = (gram: number): number => gram ^ (gram >>> 5)

const lengthOf = (pattern: Pattern | undefined): number => pattern?.text.length ?? 0

const hashOf = (key: number): number => Math.imul(key, 0x2c1b3c6d) >>> 12

function tableOf(grams: ReadonlyMap<number, number>): [Int32Array, Uint16Array] {
  const size = 1 << Math.ceil(Math.log2(2 * Math.max(4, grams.size)))
  const keys = new Int32Array(size)
  const numbers = new Uint16Array(size)
  for (const [gram, number] of grams) {
    let cell = hashOf(gram + 1) & (size - 1)
    while (keys[cell] !== 0) cell = (cell + 1) & (size - 1)
    keys[cell] = gram + 1
    numbers[cell] = number
  }
  return [keys, numbers]
}

function classesOf(patterns: readonly Pattern[]): Uint8Array {
  const classes = new Uint8Array(0x10000)
  let symbols = 0
  const used = new Set(patterns.flatMap(({ text }) => text.split('')))
  for (const unit of [...JOINTS, ...used]) {
    const code = unit.charCodeAt(0)
    if (classes[code] === 0 && !isAlnum(code)) classes[code] = 1 + (symbols++ % SYMBOLS)
  }
  for (let letter = 0; letter < 26; letter++) classes[97 + letter] = classes[65 + letter] = ALNUM + letter
  for (let digit = 0; digit < 10; digit++) classes[48 + digit] = ALNUM + 26 + (digit < 4 ? digit : 4 + (digit % 2))
  return classes
}

const isAlnum = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
