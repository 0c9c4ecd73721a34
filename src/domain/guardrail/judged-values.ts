import type { Place } from '../detection/readings/place.ts'
import { bothNames, valueName, type ValueName } from '../detection/value-name.ts'
import type { GuardJudgement } from './guard-text.ts'
import type { JsonTexts } from './json-texts.ts'
import type { ValueStanding } from './judge-text.ts'

/** So many texts are known at a time, of so many units with their quotes. */
const KNOWN_MAX = 1_024
const KNOWN_CHARS_MAX = 66
/** Of a longer name the end is read, as it is written. */
const NAME_CHARS_MAX = 256
/** Once so many texts say what a value is called, no object further out is asked. */
const CALLED_MAX = 8
const QUOTE = 34
const PASSED: GuardJudgement = { action: 'allow', score: 0, findings: [], text: '' }

/** Judges the text of `source[place]`, which is `leaf`; called in the order of the places. */
export type Judge = (leaf: string, place: Place, standing: ValueStanding) => GuardJudgement

interface Known {
  /** Undefined for a number without digits to judge. */
  readonly leaf: string | undefined
  readonly name: ValueName | undefined
  readonly judgement: GuardJudgement
}

/** Texts and numbers of a JSON source with their names. Keys and words come again in every row: short ones that were judged are known by where they stand, before they are made. */
export class JudgedValues {
  readonly #source: string
  readonly #texts: JsonTexts
  /** Place of the first escape. */
  readonly #escape: number
  readonly #known = new Map<number, Known>()
  readonly #names = new Map<string, ValueName>()
  readonly #resolved = new Map<number, ValueName>()
  readonly #pairs = new Map<ValueName, Map<ValueName, ValueName>>()
  #named = -1
  #name: ValueName | undefined

  constructor(source: string, texts: JsonTexts) {
    this.#source = source
    this.#texts = texts
    const escape = source.indexOf('\\')
    this.#escape = escape < 0 ? source.length : escape
  }

  at(index: number): Known | undefined {
    const { start, end } = this.#place(index)
    if (end - start > KNOWN_CHARS_MAX || this.#source.charCodeAt(start) !== QUOTE) return undefined
    const known = this.#known.get(this.#numberOf(start, end))
    if (known?.leaf === undefined || known.leaf.length !== end - start - 2) return undefined
    return this.#source.startsWith(known.leaf, start + 1) && known.name === this.#nameOf(index) ? known : undefined
  }

  keep(index: number, judge: Judge): Known {
    const place = this.#place(index)
    const name = this.#nameOf(index)
    const isNumber = this.#source.charCodeAt(place.start) !== QUOTE
    const leaf = isNumber ? digitsOf(this.#source.slice(place.start, place.end)) : this.#leaf(place)
    const known = { leaf, name, judgement: leaf === undefined ? PASSED : judge(leaf, place, { name, isNumber }) }
    if (!isNumber && this.#isPlain(place) && place.end - place.start <= KNOWN_CHARS_MAX)
      this.#known.set(this.#numberOf(place.start, place.end), known)
    return known
  }

  #place(index: number): Place {
    const { places } = this.#texts
    return { start: places[2 * index] as number, end: places[2 * index + 1] as number }
  }

  #isPlain({ start, end }: Place): boolean {
    return end <= this.#escape || !this.#source.slice(start, end).includes('\\')
  }

  #leaf(place: Place): string {
    const { start, end } = place
    return this.#isPlain(place)
      ? this.#source.slice(start + 1, end - 1)
      : (JSON.parse(this.#source.slice(start, end)) as string)
  }

  #nameOf(index: number): ValueName | undefined {
    const number = this.#texts.names[index] as number
    if (number === this.#named) return this.#name
    this.#named = number
    return (this.#name = number < 0 ? undefined : this.#nameBy(number))
  }

  /** A name that says nothing of its value is not asked alone: what its object says is, what stands above, and what right before. */
  #nameBy(number: number): ValueName {
    const { values, names: nearest } = this.#texts
    if (!values.has(number)) return this.#nameAt(this.#place(number))
    let name = this.#resolved.get(number)
    if (name !== undefined) return name
    const called: number[] = []
    const before: number[] = []
    let at = number
    for (let member = values.get(at); member !== undefined && called.length < CALLED_MAX; member = values.get(at)) {
      const { said, isOwn } = member
      called.push(...[said.name, said.key, said.other, isOwn ? at : -1].filter((place) => place >= 0))
      before.push(member.before)
      at = nearest[at] as number
    }
    const all = [...called, at, ...before.slice(0, CALLED_MAX)].filter((place) => place >= 0)
    name = this.#joined((all.length === 0 ? [number] : all).map((place) => this.#nameAt(this.#place(place))))
    this.#resolved.set(number, name)
    return name
  }

  /** The same names in other rows are one, so that values are known again. */
  #joined(names: readonly ValueName[]): ValueName {
    const [first, ...more] = new Set(names)
    let name = first as ValueName
    for (const next of more) {
      const pairs = this.#pairs.get(name) ?? new Map<ValueName, ValueName>()
      this.#pairs.set(name, pairs)
      const known = pairs.get(next) ?? bothNames(name, next)
      pairs.set(next, known)
      name = known
    }
    return name
  }

  #nameAt({ start, end }: Place): ValueName {
    const isLong = end - start > NAME_CHARS_MAX
    const text = isLong ? this.#source.slice(end - NAME_CHARS_MAX, end - 1) : this.#leaf({ start, end })
    let name = this.#names.get(text)
    if (name === undefined) this.#names.set(text, (name = valueName(text)))
    return name
  }

  /** Two texts of one number are told apart, and the later one is kept. */
  #numberOf(start: number, end: number): number {
    const source = this.#source
    const edges = source.charCodeAt(start + 1) * 31 + source.charCodeAt(end - 2)
    return (edges * 31 + source.charCodeAt((start + end) >> 1) * 7 + end - start) % KNOWN_MAX
  }
}

/** The digits of a whole number, `4.1e3` and `4100.0` too; undefined for one that is none, or below zero. */
function digitsOf(written: string): string | undefined {
  if (/^\d+$/.test(written)) return written
  const value = Number(written)
  return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined
}
