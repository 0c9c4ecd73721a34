import { MemberKinds, type Said, type ValueMember } from './value-member.ts'

/** The texts of a JSON source, keys included, and its longer numbers, in the order in which they are written. */
export interface JsonTexts {
  readonly count: number
  /** Of each the place of its first unit (of a text its opening quote) and that behind its last one, flat. */
  readonly places: readonly number[]
  /** Of each the number of the text that is the nearest name before it: what a member is called holds for all in it. -1 for none. */
  readonly names: readonly number[]
  /** Of the names that say nothing of their values, by their numbers: what else the values are called. */
  readonly values: ReadonlyMap<number, ValueMember>
  /** Units of those texts that are written without escapes. */
  readonly plainUnits: number
}

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
/** No identifier, postcode or card has fewer units. */
const NUMBER_MIN = 5
/**
 * Where the texts of valid JSON stand; undefined where they are more than `textsMax`, or a value lies within more than `depthMax`
 * arrays and objects. Every text that is written counts: also a value that a later one of the same key replaces.
 */
export function jsonTextsOf(source: string, textsMax: number, depthMax: number): JsonTexts | undefined {
  const list = new PlaceList()
  let depth = 0
  let texts = 0
  let plainUnits = 0
  let escape = source.indexOf('\\')
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code <= 32) continue
    if (code === COMMA) {
      list.comma(depth)
      continue
    }
    if (code === COLON) {
      list.colon(source, depth)
      continue
    }
    if ((code | 0x20) === 0x7d) {
      // A closing bracket or brace: they differ from each other by one bit.
      depth -= 1
      list.close(depth)
      continue
    }
    if (depth > depthMax) return undefined
    if ((code | 0x20) === 0x7b) {
      list.open(depth)
      depth += 1
    } else if (code === QUOTE) {
      let end = source.indexOf('"', at + 1)
      if (escape >= 0 && escape < end) {
        end = endOfEscaped(source, at)
        escape = source.indexOf('\\', end)
      } else plainUnits += end - at - 1
      if (texts === textsMax) return undefined
      texts += 1
      list.add(at, end + 1, true)
      at = end
    } else {
      const end = endOfToken(source, at)
      if (end - at >= NUMBER_MIN && code >= 48 && code < 58) list.add(at, end, false)
      at = end - 1
    }
  }
  return { count: list.count, places: list.places, names: list.names, values: list.values, plainUnits }
}

/** Behind a number or a word. */
function endOfToken(source: string, start: number): number {
  let at = start + 1
  for (let code = source.charCodeAt(at); code > 32; code = source.charCodeAt(++at))
    if (code === COMMA || (code | 0x20) === 0x7d) break
  return at
}

/** The closing quote of a text with escapes. */
function endOfEscaped(source: string, start: number): number {
  let at = start + 1
  while (source.charCodeAt(at) !== QUOTE) at += source.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

class PlaceList {
  readonly places: number[] = []
  readonly names: number[] = []
  /** Names of what is open, by depth. */
  readonly #outer: number[] = []
  #name = -1
  /** The last token, and the one before the last comma, where they are texts. */
  #last = -1
  #before = -1
  readonly values = new Map<number, ValueMember>()
  readonly #kinds = new MemberKinds()
  /** What objects say that are open, by depth. */
  readonly #said: (Said | undefined)[] = []
  /** What the text behind the last colon calls the values of its object. */
  #calling: { readonly said: Said; readonly as: keyof Said } | undefined

  get count(): number {
    return this.names.length
  }

  add(start: number, end: number, isText: boolean): void {
    const number = this.count
    this.places.push(start, end)
    this.names.push(this.#name)
    this.#last = isText ? number : -1
    if (isText && this.#calling !== undefined) this.#calling.said[this.#calling.as] = number
    this.#calling = undefined
  }

  open(depth: number): void {
    this.#outer[depth] = this.#name
    this.#said[depth] = undefined
    this.#calling = undefined
    this.#last = -1
    this.#before = -1
  }

  close(depth: number): void {
    this.#name = this.#outer[depth] as number
    this.#last = -1
  }

  comma(depth: number): void {
    this.#name = this.#outer[depth - 1] as number
    this.#calling = undefined
    this.#before = this.#last
    this.#last = -1
  }

  colon(source: string, depth: number): void {
    this.#name = this.#last
    const kind = this.#kinds.at(
      source,
      this.places[2 * this.#last] as number,
      this.places[2 * this.#last + 1] as number,
    )
    const number = this.#last
    // A value that is no text is none before the next comma either.
    this.#last = -1
    if (kind === undefined) return
    const said = (this.#said[depth - 1] ??= { name: -1, key: -1, other: -1 })
    if (kind === 'name' || kind === 'key' || kind === 'other') this.#calling = { said, as: kind }
    else this.values.set(number, { said, before: kind === 'value' ? this.#before : -1, isOwn: kind === 'own' })
  }
}
