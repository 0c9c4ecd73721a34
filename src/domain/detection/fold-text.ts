import { textOfUnits } from '../../base/utf16.ts'
import { foldCharacter, isInvisible } from './fold-character.ts'

/** What a table cell says beside the folded unit itself: not looked up yet, nothing is left, or several units. */
const UNKNOWN = 0
const NOTHING = 1
const SEVERAL = 2

/** Folded unit of each UTF-16 unit outside ASCII, filled as characters are met: NUL to STX serve as marks. */
let foldedUnits: Uint16Array | undefined
const severalUnits = new Map<number, string>()
const ASTRAL_MAX = 4_096
const astralFolds = new Map<number, string>()

interface Folding {
  /** `starts` and `ends` are filled. */
  readonly hasPlaces: boolean
  units: Uint16Array
  starts: Uint32Array
  ends: Uint32Array
  length: number
  invisible: number
  tagText: string
  hasDropped: boolean
}

/** Stretches of a text that fold to something else than themselves, in order: what lies between them stays as it is. */
export interface Stretches {
  /** Raw start and end of each stretch, and where what it folds to starts and ends: four numbers a stretch. */
  readonly bounds: readonly number[]
}

export interface FoldedText extends Stretches {
  readonly text: string
  readonly invisible: number
  readonly tagText: string
  /** Whether a character was left out. */
  readonly hasDropped: boolean
}

/** So many units of ASCII end a stretch that is folded unit by unit: what lies between stretches is copied whole. */
const ASCII_GAP = 24

/** Buffer of the last folding, so that a text costs no new memory; larger ones are not kept. */
let spare: Uint16Array | undefined
const SPARE_UNITS_MAX = 0x40000

/** The canonical form of a text; undefined where it is the text itself. Linear; the engine's own search finds what is beyond ASCII. */
export function foldText(raw: string): FoldedText | undefined {
  const out = emptyFolding(64, false)
  if (spare !== undefined) out.units = spare
  const bounds: number[] = []
  // Joined at the end: a text that was added up piece by piece is slower to read, unit by unit, for all who come after.
  const parts: string[] = []
  let length = 0
  let copied = 0
  const beyond = /[^\x00-\x7e]/g // oxlint-disable-line no-control-regex -- ASCII begins with control characters
  while (beyond.test(raw)) {
    const start = beyond.lastIndex - 1
    const end = (beyond.lastIndex = stretchEnd(raw, start))
    if (out.units.length < end - start) out.units = new Uint16Array(end - start)
    out.length = 0
    foldStretch(out, raw, start, end)
    const folded = textOfUnits(out.units.subarray(0, out.length))
    if (folded.length === end - start && raw.startsWith(folded, start)) continue
    length += start - copied
    bounds.push(start, end, length, length + folded.length)
    length += folded.length
    parts.push(raw.slice(copied, start), folded)
    copied = end
  }
  spare = out.units.length <= SPARE_UNITS_MAX ? out.units : undefined
  if (bounds.length === 0) return undefined
  parts.push(raw.slice(copied))
  return { text: parts.join(''), bounds, invisible: out.invisible, tagText: out.tagText, hasDropped: out.hasDropped }
}

function stretchEnd(raw: string, start: number): number {
  let end = start + 1
  for (let at = end; at < raw.length && at - end < ASCII_GAP; at++) if (raw.charCodeAt(at) > 0x7e) end = at + 1
  return end
}

/** Where each unit of a folded stretch came from. */
interface Places {
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** Ways back from a folded text. Most texts are never asked where a unit stood: a stretch is walked again where one is. */
export class FoldedPlaces {
  readonly #raw: string
  readonly #bounds: readonly number[]
  readonly #known = new Map<number, Places>()

  constructor(raw: string, { bounds }: Stretches) {
    this.#raw = raw
    this.#bounds = bounds
  }

  startOf(unit: number): number {
    const at = this.#stretchOf(unit)
    return at < 0
      ? this.#beside(at, unit)
      : (this.#placesOf(at).starts[unit - (this.#bounds[at + 2] as number)] as number)
  }

  endOf(unit: number): number {
    const at = this.#stretchOf(unit)
    return at < 0
      ? this.#beside(at, unit) + 1
      : (this.#placesOf(at).ends[unit - (this.#bounds[at + 2] as number)] as number)
  }

  /** Places of all `length` units. */
  all(length: number): Places {
    const starts = new Uint32Array(length)
    const ends = new Uint32Array(length)
    const bounds = this.#bounds
    let unit = 0
    let shift = 0
    for (let at = 0; at <= bounds.length; at += 4) {
      for (const to = bounds[at + 2] ?? length; unit < to; unit++) {
        starts[unit] = unit + shift
        ends[unit] = unit + shift + 1
      }
      if (at === bounds.length) break
      const places = this.#placesOf(at)
      starts.set(places.starts, unit)
      ends.set(places.ends, unit)
      unit = bounds[at + 3] as number
      shift = (bounds[at + 1] as number) - unit
    }
    return { starts, ends }
  }

  /** Index in `bounds` of the stretch that a unit stands in; beside all of them, -1 less that of the next one. */
  #stretchOf(unit: number): number {
    const bounds = this.#bounds
    let low = 0
    let high = bounds.length >> 2
    while (low < high) {
      const middle = (low + high) >> 1
      if ((bounds[4 * middle + 3] as number) <= unit) low = middle + 1
      else high = middle
    }
    const at = 4 * low
    return at < bounds.length && (bounds[at + 2] as number) <= unit ? at : -1 - at
  }

  #beside(at: number, unit: number): number {
    const before = -1 - at - 4
    return before < 0 ? unit : unit + (this.#bounds[before + 1] as number) - (this.#bounds[before + 3] as number)
  }

  #placesOf(at: number): Places {
    let places = this.#known.get(at)
    if (places === undefined) {
      const [start, end, from, to] = this.#bounds.slice(at, at + 4) as [number, number, number, number]
      const out = emptyFolding(to - from, true)
      foldStretch(out, this.#raw, start, end)
      this.#known.set(at, (places = out))
    }
    return places
  }
}

/** Appends what `raw[from, to)` folds to; no pair is cut by it. */
function foldStretch(out: Folding, raw: string, from: number, to: number): void {
  const table = (foldedUnits ??= new Uint16Array(0x10000))
  const { hasPlaces } = out
  for (let start = from; start < to; start++) {
    const code = raw.charCodeAt(start)
    const unit = code < 0x7f ? code : (table[code] as number)
    // Most units become one unit at one place; the rest is the slow path.
    if ((unit > SEVERAL || code < 0x7f) && out.length < out.units.length) {
      const at = out.length++
      out.units[at] = unit
      if (hasPlaces) {
        out.starts[at] = start
        out.ends[at] = start + 1
      }
    } else start += foldSlowly(out, raw, start) - 1
  }
}

/** Folds one character, whatever it takes; gives the number of raw units that it has. */
function foldSlowly(out: Folding, raw: string, start: number): number {
  const table = foldedUnits as Uint16Array
  const code = raw.charCodeAt(start)
  if ((code & 0xfc00) === 0xd800 && (raw.charCodeAt(start + 1) & 0xfc00) === 0xdc00) {
    foldAstral(out, raw, start)
    return 2
  }
  let unit = code < 0x7f ? code : (table[code] as number)
  // Half a pair is not kept: its cell would stand for every character that begins with that half.
  if ((code & 0xf800) === 0xd800) unit = code
  else if (code >= 0x7f && unit === UNKNOWN) unit = table[code] = foldUnit(code)
  if (unit > SEVERAL || code < 0x7f) push(out, unit, start, start + 1)
  else if (unit === SEVERAL) pushAll(out, severalUnits.get(code) ?? '', start, start + 1)
  else {
    out.hasDropped = true
    if (isSuspicious(raw, start, code)) out.invisible += 1
  }
  return 1
}

function foldUnit(code: number): number {
  const folded = foldCharacter(String.fromCharCode(code))
  if (folded === '') return NOTHING
  const first = folded.charCodeAt(0)
  if (folded.length === 1 && first > SEVERAL) return first
  severalUnits.set(code, folded)
  return SEVERAL
}

function foldAstral(out: Folding, raw: string, start: number): void {
  const code = raw.codePointAt(start) ?? 0
  if (code >= 0xe0000 && code <= 0xe0fff) {
    out.hasDropped = true
    if (code >= 0xe0020 && code <= 0xe007e && !isFlagTag(raw, start)) out.tagText += String.fromCharCode(code - 0xe0000)
    if (!isFlagTag(raw, start)) out.invisible += 1
    return
  }
  let folded = astralFolds.get(code)
  if (folded === undefined) {
    folded = foldCharacter(String.fromCodePoint(code))
    if (astralFolds.size < ASTRAL_MAX) astralFolds.set(code, folded)
  }
  if (folded === '') {
    out.hasDropped = true
    out.invisible += 1
  } else pushAll(out, folded, start, start + 2)
}

const FLAG_TAGS_MAX = 8

/** England's flag and its like are a black flag with up to seven tags and an end mark (UTS #51). */
export function isFlagTag(raw: string, start: number): boolean {
  let at = start
  for (let tags = 0; tags < FLAG_TAGS_MAX; tags++) {
    at -= 2
    const code = raw.codePointAt(at) ?? 0
    if (code === 0x1f3f4) return true
    if (code < 0xe0020 || code > 0xe007f) return false
  }
  return false
}

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u
const PRESENTED = /\p{Extended_Pictographic}|[0-9#*\u2000-\u3300]/u
const JOINING =
  /[\ufe0f\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Mongolian}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Joiners in emoji and joining scripts, and emoji presentation selectors, are ordinary writing. */
function isSuspicious(raw: string, at: number, code: number): boolean {
  const isAfterPair = at > 1 && (raw.charCodeAt(at - 1) & 0xfc00) === 0xdc00
  const before = raw.slice(Math.max(0, at - (isAfterPair ? 2 : 1)), at)
  if (code === 0xfe0e || code === 0xfe0f) return !PRESENTED.test(before)
  if (code === 0x200c || code === 0x200d) return !(PICTOGRAPH.test(before) || JOINING.test(before))
  return isInvisible(raw.charAt(at))
}

function emptyFolding(capacity: number, hasPlaces: boolean): Folding {
  return {
    hasPlaces,
    units: new Uint16Array(capacity),
    starts: new Uint32Array(hasPlaces ? capacity : 0),
    ends: new Uint32Array(hasPlaces ? capacity : 0),
    length: 0,
    invisible: 0,
    tagText: '',
    hasDropped: false,
  }
}

function push(out: Folding, unit: number, start: number, end: number): void {
  if (out.length === out.units.length) grow(out)
  const at = out.length
  out.units[at] = unit
  if (out.hasPlaces) {
    out.starts[at] = start
    out.ends[at] = end
  }
  out.length = at + 1
}

function pushAll(out: Folding, text: string, start: number, end: number): void {
  for (let index = 0; index < text.length; index++) push(out, text.charCodeAt(index), start, end)
}

function grow(out: Folding): void {
  const bigger = emptyFolding(out.units.length * 2, out.hasPlaces)
  bigger.units.set(out.units)
  bigger.starts.set(out.starts)
  bigger.ends.set(out.ends)
  out.units = bigger.units
  out.starts = bigger.starts
  out.ends = bigger.ends
}
