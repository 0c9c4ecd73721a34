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
export const ALNUM = 0x20
const SYMBOLS = ALNUM - 1
const CLASSES = 1 << CLASS_BITS

/**
 * Says of four units in a row, and of whether a letter or digit stands before them, that no pattern begins with them. It never
 * says so wrongly; that it does not say so means little. Two words for each pair of first units, one for either kind of unit
 * before, with a bit for each mixture of the next two: 32 KB, of which text in one language touches little.
 */
export interface GramSieve {
  /** Class of each unit: case does not count, some signs and digits share one. */
  readonly classes: Uint8Array
  readonly bits: Uint32Array
}

/** Index in `bits`; the bit is that of `gram ^ gram >>> 5`, modulo 32. `gram`: the classes of five units, the last lowest. */
export const rowOf = (gram: number): number => ((gram >>> 11) & (2 * CLASSES * CLASSES - 2)) | ((gram >>> 29) & 1)

/** Two hexadecimal digits around one of these signs, and two colons, pass as well: addresses are made of them. */
const JOINTS = ':.-'

export function gramSieve(patterns: readonly Pattern[]): GramSieve {
  const classes = classesOf(patterns)
  const bits = new Uint32Array(2 * CLASSES * CLASSES)
  const sieve = { classes, bits }
  for (const pattern of patterns) addPattern(sieve, pattern)
  const hex = classesIn(classes, '0123456789abcdef')
  for (const joint of classesIn(classes, JOINTS)) add(sieve, [hex, [joint], hex, ALL], true)
  const colon = classesIn(classes, ':')
  add(sieve, [colon, colon, ALL, ALL], true)
  return sieve
}

const ALL = Array.from({ length: CLASSES }, (_, index) => index)
const NO_ALNUM = ALL.slice(0, ALNUM)

function addPattern(sieve: GramSieve, { text, isWord, isStart = isWord }: Pattern): void {
  if (text === '') throw new RangeError('an empty pattern stands everywhere')
  const places = Array.from({ length: 4 }, (_, index) =>
    index < text.length
      ? [sieve.classes[text.charCodeAt(index)] as number]
      : // Behind a word stands no letter.
        isWord && index === text.length
        ? NO_ALNUM
        : ALL,
  )
  add(sieve, places, !isStart)
}

function add({ bits }: GramSieve, places: readonly (readonly number[])[], isInside: boolean): void {
  const [first = [], second = [], third = [], fourth = []] = places
  let mask = 0
  for (const three of third) for (const four of fourth) mask |= 1 << bitOf((three << CLASS_BITS) | four)
  for (const one of first)
    for (const two of second) {
      const row = rowOf(((one << CLASS_BITS) | two) << (2 * CLASS_BITS))
      bits[row] = (bits[row] as number) | mask
      if (isInside) bits[row + 1] = (bits[row + 1] as number) | mask
    }
}

const bitOf = (gram: number): number => (gram ^ (gram >>> 5)) & 31

/** Letters have classes of their own; 0 is what no pattern holds. */
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

const classesIn = (classes: Uint8Array, units: string): readonly number[] => [
  ...new Set(Array.from(units, (unit) => classes[unit.charCodeAt(0)] as number)),
]

const isAlnum = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
