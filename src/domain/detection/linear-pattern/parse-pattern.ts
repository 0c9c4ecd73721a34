import { fail, ok, type Result } from '../../../base/result.ts'
import { canonicalView } from '../canonical-view.ts'

/** A set of UTF-16 units: starts and ends (inclusive) of ranges, flat, in order and apart. */
export type UnitSet = readonly number[]

export type PatternNode =
  | { readonly kind: 'set'; readonly set: UnitSet }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number }

export interface ParsedPattern {
  readonly node: PatternNode
  /** `\b` at the start or end of the pattern: no letter, digit or underscore goes on there. */
  readonly isWordStart: boolean
  readonly isWordEnd: boolean
}

const PATTERN_CHARS_MAX = 1_000
const DEPTH_MAX = 32
const REPEAT_MAX = 256
const UNIT_MAX = 0xffff

/**
 * Reads a pattern in the part of the usual syntax that needs no backtracking: characters, `.`, classes, groups, `|`, `?`,
 * `{m}`, `{m,n}`, and `\b` at either end. Characters stand in canonical form, as the texts do that are searched.
 */
export function parsePattern(pattern: string, ignoresCase: boolean): Result<ParsedPattern, string> {
  if (pattern.length > PATTERN_CHARS_MAX) return fail(`it is longer than ${PATTERN_CHARS_MAX} characters`)
  const isWordStart = pattern.startsWith('\\b')
  const isWordEnd = /(?:^|[^\\])(?:\\\\){0,500}\\b$/.test(isWordStart ? pattern.slice(2) : pattern)
  const inner = pattern.slice(isWordStart ? 2 : 0, isWordEnd ? -2 : undefined)
  try {
    const node = new Parser(inner, ignoresCase).whole()
    return ok({ node, isWordStart, isWordEnd })
  } catch (error) {
    if (error instanceof PatternSyntax) return fail(error.message)
    throw error
  }
}

class PatternSyntax extends Error {}

class Parser {
  readonly #text: string
  readonly #ignoresCase: boolean
  #at = 0
  #depth = 0

  constructor(text: string, ignoresCase: boolean) {
    this.#text = text
    this.#ignoresCase = ignoresCase
  }

  whole(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#text.length) throw new PatternSyntax('a `)` closes nothing')
    return node
  }

  #choice(): PatternNode {
    const options = [this.#sequence()]
    while (this.#take('|')) options.push(this.#sequence())
    const [only] = options
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')')
      parts.push(this.#repeated(this.#atom()))
    return { kind: 'sequence', parts }
  }

  #repeated(part: PatternNode): PatternNode {
    if (this.#take('?')) return { kind: 'repeat', part, min: 0, max: 1 }
    const sign = this.#text[this.#at]
    if (sign === '*' || sign === '+')
      throw new PatternSyntax(`\`${sign}\` has no bound: write \`{${sign === '*' ? 0 : 1},64}\``)
    const bounds = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 12))
    if (bounds === null) return part
    this.#at += bounds[0].length
    const [, least = '', comma, most] = bounds
    if (comma !== undefined && most === undefined) throw new PatternSyntax(`\`${bounds[0]}\` has no upper bound`)
    const [min, max] = [Number(least), Number(most ?? least)]
    if (max < min || max > REPEAT_MAX)
      throw new PatternSyntax(`\`${bounds[0]}\` must end between its start and ${REPEAT_MAX}`)
    return { kind: 'repeat', part, min, max }
  }

  #atom(): PatternNode {
    const char = this.#text[this.#at] ?? ''
    if (char === '(') return this.#group()
    if (char === '[') return { kind: 'set', set: this.#class() }
    this.#at += 1
    if (char === '.') return { kind: 'set', set: negated([10, 10]) }
    if (char === '\\') return this.#escape()
    if ('^$'.includes(char))
      throw new PatternSyntax(`\`${char}\` is not supported: write \`\\b\` at an end of the pattern`)
    if ('?*+{}'.includes(char)) throw new PatternSyntax(`\`${char}\` repeats nothing: write \`\\${char}\``)
    return this.#literal(char)
  }

  #group(): PatternNode {
    this.#at += 1
    if (this.#text[this.#at] === '?') {
      if (this.#text[this.#at + 1] !== ':') throw new PatternSyntax('look-around and named groups are not supported')
      this.#at += 2
    }
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) throw new PatternSyntax(`groups stand more than ${DEPTH_MAX} deep`)
    const node = this.#choice()
    this.#depth -= 1
    if (!this.#take(')')) throw new PatternSyntax('a `(` is not closed')
    return node
  }

  #escape(): PatternNode {
    const char = this.#text[this.#at] ?? ''
    this.#at += 1
    const set = SETS[char]
    if (set !== undefined) return { kind: 'set', set }
    return this.#literal(this.#escaped(char))
  }

  #escaped(char: string): string {
    const control = CONTROLS[char]
    if (control !== undefined) return control
    if (char === 'u') {
      const digits = /^[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#at, this.#at + 4))
      if (digits === null) throw new PatternSyntax('`\\u` needs four hexadecimal digits')
      this.#at += 4
      return String.fromCharCode(Number.parseInt(digits[0], 16))
    }
    if (char === '' || /[A-Za-z0-9]/.test(char)) throw new PatternSyntax(`\`\\${char}\` is not supported`)
    return char
  }

  /** In the canonical form one character may be several, or none. */
  #literal(char: string): PatternNode {
    const folded = (char.charCodeAt(0) & 0xf800) === 0xd800 ? char : canonicalView(char).text
    const parts = folded.split('').map((unit): PatternNode => ({
      kind: 'set',
      set: this.#cased([unit.charCodeAt(0), unit.charCodeAt(0)]),
    }))
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts }
  }

  #class(): UnitSet {
    this.#at += 1
    const isNegated = this.#take('^')
    const ranges: number[] = []
    while (this.#text[this.#at] !== ']') {
      const from = this.#member()
      if (from.length === 2 && this.#text[this.#at] === '-' && (this.#text[this.#at + 1] ?? ']') !== ']') {
        this.#at += 1
        const to = this.#member()
        if (from[0] !== from[1] || to.length !== 2 || to[0] !== to[1] || (from[0] ?? 0) > (to[0] ?? 0))
          throw new PatternSyntax('a range in a class must lead from one character to a later one')
        ranges.push(from[0] ?? 0, to[0] ?? 0)
      } else ranges.push(...from)
    }
    this.#at += 1
    const set = this.#cased(ranges)
    return isNegated ? negated(set) : set
  }

  #member(): UnitSet {
    const char = this.#text[this.#at]
    if (char === undefined) throw new PatternSyntax('a `[` is not closed')
    this.#at += 1
    if (char !== '\\') return single(char)
    const escape = this.#text[this.#at] ?? ''
    this.#at += 1
    return SETS[escape] ?? single(this.#escaped(escape))
  }

  #cased(ranges: UnitSet): UnitSet {
    return this.#ignoresCase ? merged([...ranges, ...otherCases(ranges)]) : merged(ranges)
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }
}

const single = (char: string): UnitSet => [char.charCodeAt(0), char.charCodeAt(0)]

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const DIGITS: UnitSet = [48, 57]
const WORD: UnitSet = [48, 57, 65, 90, 95, 95, 97, 122]
const SPACES: UnitSet = [9, 13, 32, 32, 0xa0, 0xa0]
const SETS: Readonly<Record<string, UnitSet>> = {
  d: DIGITS,
  D: negated(DIGITS),
  w: WORD,
  W: negated(WORD),
  s: SPACES,
  S: negated(SPACES),
}

/** Ranges in order and apart. */
function merged(ranges: UnitSet): UnitSet {
  const pairs: [number, number][] = []
  for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at] ?? 0, ranges[at + 1] ?? 0])
  const set: number[] = []
  for (const [from, to] of pairs.toSorted((left, right) => left[0] - right[0])) {
    const last = set.at(-1)
    if (last !== undefined && from <= last + 1) set[set.length - 1] = Math.max(last, to)
    else set.push(from, to)
  }
  return set
}

function negated(set: UnitSet): UnitSet {
  const rest: number[] = []
  let from = 0
  for (let at = 0; at < set.length; at += 2) {
    if ((set[at] ?? 0) > from) rest.push(from, (set[at] ?? 0) - 1)
    from = (set[at + 1] ?? 0) + 1
  }
  if (from <= UNIT_MAX) rest.push(from, UNIT_MAX)
  return rest
}

/** The other case of each letter of Latin, Greek and Cyrillic in a set. */
function otherCases(ranges: UnitSet): UnitSet {
  const others: number[] = []
  for (let at = 0; at < ranges.length; at += 2)
    for (let code = ranges[at] ?? 0; code <= Math.min(ranges[at + 1] ?? 0, 0x24ff); code++) {
      const char = String.fromCharCode(code)
      for (const other of [char.toLowerCase(), char.toUpperCase()])
        if (other !== char && other.length === 1) others.push(other.charCodeAt(0), other.charCodeAt(0))
    }
  return others
}
