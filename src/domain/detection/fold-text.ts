import { textOfUnits } from '../../base/utf16.ts'
import { foldCharacter, isInvisible } from './fold-character.ts'
import { asciiText, copyAscii, keepUnits, takeUnits } from './text-units.ts'

/**
 * What a table cell says beside the folded unit itself: not looked up yet, nothing is left and what stands before says whether that is
 * ordinary, several units, a mark that goes, or a character that nobody sees.
 */
const UNKNOWN = 0
const JOINER = 1
const SEVERAL = 2
const MARK = 3
const INVISIBLE = 4

/** Folded unit of each UTF-16 unit outside ASCII, filled as characters are met: NUL to EOT serve as marks. */
let foldedUnits: Uint16Array | undefined
const severalUnits = new Map<number, string>()
const ASTRAL_MAX = 4_096
const astralFolds = new Map<number, string>()

interface Folding {
  units: Uint16Array<ArrayBuffer>
  length: number
  /** Bits of all folded units: above ASCII where one of them is. */
  seen: number
  /** Whether a unit of the stretch folded to something else than itself. */
  isChanged: boolean
  /** Whether half a pair was met, which is no text. */
  hasHalf: boolean
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
/** And so many raw units do: whoever asks where a unit stood has no more than one stretch walked again. */
const STRETCH_MAX = 2_048

/**
 * The canonical form of a text. Linear; the engine's own encoder and search find what is beyond ASCII. The units of the form are
 * left for the next walk.
 */
export function foldText(raw: string): FoldedText | string {
  if (raw.length < COPIED_FROM && !BEYOND_ASCII.test(raw)) return raw
  const out: Folding = { ...NOTHING_FOLDED, units: takeUnits(raw.length + SLACK) }
  const bounds: number[] = []
  const folded: number[] = []
  let copied = raw.length < COPIED_FROM || raw.includes('\x7f') ? 0 : copyAscii(out.units, 0, raw)
  out.length = copied
  const beyond = new RegExp(BEYOND_ASCII, 'g')
  beyond.lastIndex = copied
  while (copied < raw.length && beyond.test(raw)) {
    const start = beyond.lastIndex - 1
    copyPlain(out, raw, copied, start)
    const from = out.length
    const end = (beyond.lastIndex = foldStretch(out, raw, start))
    folded.push(from, out.length)
    if (isOther(out, from, raw, { start, end })) bounds.push(start, end, from, out.length)
    copied = end
  }
  copyPlain(out, raw, copied, raw.length)
  const isAscii = out.seen < 0x80 && out.length >= MADE_FROM
  const text = isAscii ? asciiText(out.units, out.length, folded) : joined(out, raw, bounds)
  // Half a pair has become another unit in the text.
  keepUnits(out.units, out.hasHalf ? '' : text)
  if (bounds.length === 0) return text
  return { text, bounds, invisible: out.invisible, tagText: out.tagText, hasDropped: out.hasDropped }
}

/** What may fold to something else than itself. */
export const BEYOND_ASCII = /[^\x00-\x7e]/ // oxlint-disable-line no-control-regex -- ASCII begins with control characters
/** Shorter texts of ASCII are not made anew to be faster to read. */
const MADE_FROM = 1_024

/** What one character folds to at most, and more. */
const SLACK = 64
/** Units of a shorter text are copied in less time than a call of the encoder takes. */
const COPIED_FROM = 64

function copyPlain(out: Folding, raw: string, from: number, to: number): void {
  if (out.units.length < out.length + (raw.length - from) + SLACK) grow(out, raw.length - from)
  if (raw.length >= COPIED_FROM) out.length += copyAscii(out.units, out.length, raw.slice(from, to))
  else for (let at = from; at < to; at++) out.units[out.length++] = raw.charCodeAt(at)
}

/** False where a stretch folded to itself. */
function isOther(
  { units, length, isChanged, hasHalf }: Folding,
  from: number,
  raw: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (hasHalf) return textOfUnits(units.subarray(from, length)) !== raw.slice(start, end)
  if (!isChanged) return false
  if (length - from !== end - start) return true
  for (let at = start; at < end; at++) if (raw.charCodeAt(at) !== units[from + at - start]) return true
  return false
}

/** Joined at the end: a text that was added up piece by piece is slower to read, unit by unit, for all who come after. */
function joined({ units }: Folding, raw: string, bounds: readonly number[]): string {
  if (bounds.length === 0) return raw
  const parts: string[] = []
  let copied = 0
  for (let at = 0; at < bounds.length; at += 4) {
    parts.push(raw.slice(copied, bounds[at]), textOfUnits(units.subarray(bounds[at + 2], bounds[at + 3])))
    copied = bounds[at + 1] as number
  }
  parts.push(raw.slice(copied))
  return parts.join('')
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
      this.#known.set(at, (places = placesWithin(this.#raw, start, end, to - from)))
    }
    return places
  }
}

/** Where each unit came from that `raw[from, to)` folds to. */
function placesWithin(raw: string, from: number, to: number, length: number): Places {
  const starts = new Uint32Array(length)
  const ends = new Uint32Array(length)
  const out: Folding = { ...NOTHING_FOLDED, units: new Uint16Array(length + SLACK) }
  for (let start = from; start < to;) {
    const first = out.length
    const end = start + foldSlowly(out, raw, start)
    starts.fill(start, first, out.length)
    ends.fill(end, first, out.length)
    start = end
  }
  return { starts, ends }
}

const NOTHING_FOLDED = {
  length: 0,
  seen: 0,
  isChanged: false,
  hasHalf: false,
  invisible: 0,
  tagText: '',
  hasDropped: false,
}

/** Appends what a stretch folds to that begins beyond ASCII at `start`, and gives its end. There is room for the rest of the text. */
function foldStretch(out: Folding, raw: string, start: number): number {
  const table = (foldedUnits ??= new Uint16Array(0x10000))
  let { units, length } = out
  let end = start
  let seen = 0
  let changes = 0
  let hasMarks = false
  let invisible = 0
  out.isChanged = false
  let at = start
  const limit = Math.min(raw.length, start + STRETCH_MAX)
  for (; at < limit && at - end < ASCII_GAP; at++) {
    const code = raw.charCodeAt(at)
    if (code < 0x7f) {
      units[length++] = code
      continue
    }
    const unit = table[code] as number
    if (unit > INVISIBLE) {
      units[length++] = unit
      seen |= unit
      changes |= unit ^ code
    } else if (unit === MARK) hasMarks = true
    else if (unit === INVISIBLE) invisible += 1
    else {
      out.length = length
      at += foldSlowly(out, raw, at) - 1
      if (out.units.length < out.length + (raw.length - at) + SLACK) grow(out, raw.length - at)
      units = out.units
      length = out.length
    }
    end = at + 1
  }
  // What follows the last unit beyond ASCII is copied with what lies between stretches.
  out.length = length - (at - end)
  out.seen |= seen
  out.invisible += invisible
  if (hasMarks || invisible > 0) out.hasDropped = true
  if (changes !== 0 || hasMarks || invisible > 0) out.isChanged = true
  return end
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
  if ((code & 0xf800) === 0xd800) {
    unit = code
    out.hasHalf = true
  } else if (code >= 0x7f && unit === UNKNOWN) unit = table[code] = foldUnit(code)
  if (unit > INVISIBLE || code < 0x7f) {
    if (unit !== code) out.isChanged = true
    push(out, unit)
  } else if (unit === SEVERAL) pushAll(out, severalUnits.get(code) ?? '')
  else {
    out.isChanged = true
    out.hasDropped = true
    if (unit === INVISIBLE || (unit === JOINER && isSuspicious(raw, start, code))) out.invisible += 1
  }
  return 1
}

function foldUnit(code: number): number {
  const char = String.fromCharCode(code)
  const folded = foldCharacter(char)
  if (folded === '') return isInvisible(char) ? (JOINERS.has(code) ? JOINER : INVISIBLE) : MARK
  const first = folded.charCodeAt(0)
  if (folded.length === 1 && first > INVISIBLE) return first
  severalUnits.set(code, folded)
  return SEVERAL
}

function foldAstral(out: Folding, raw: string, start: number): void {
  const code = raw.codePointAt(start) ?? 0
  if (code >= 0xe0000 && code <= 0xe0fff) {
    out.isChanged = true
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
    out.isChanged = true
    out.hasDropped = true
    out.invisible += 1
  } else pushAll(out, folded)
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

const isSelector = (code: number): boolean => code === 0xfe0e || code === 0xfe0f
const JOINERS: ReadonlySet<number> = new Set([0x200c, 0x200d, 0xfe0e, 0xfe0f])

/** Joiners in emoji and joining scripts, and emoji presentation selectors, are ordinary writing. */
function isSuspicious(raw: string, at: number, code: number): boolean {
  if (at === 0) return true
  const isAfterPair = at > 1 && (raw.charCodeAt(at - 1) & 0xfc00) === 0xdc00
  const before = raw.codePointAt(at - (isAfterPair ? 2 : 1)) ?? 0
  if (isSelector(code)) return !PRESENTED.test(String.fromCodePoint(before))
  let joins = joinsBehind.get(before)
  if (joins === undefined) {
    const char = String.fromCodePoint(before)
    joins = PICTOGRAPH.test(char) || JOINING.test(char)
    if (joinsBehind.size < ASTRAL_MAX) joinsBehind.set(before, joins)
  }
  return !joins
}

/** Whether a joiner may stand behind a character, as characters are met. */
const joinsBehind = new Map<number, boolean>()

function push(out: Folding, unit: number): void {
  if (out.length === out.units.length) grow(out, SLACK)
  out.units[out.length++] = unit
  out.seen |= unit
}

function pushAll(out: Folding, text: string): void {
  out.isChanged = true
  for (let index = 0; index < text.length; index++) push(out, text.charCodeAt(index))
}

/** Room for so many units more. */
function grow(out: Folding, more: number): void {
  const bigger = new Uint16Array(out.units.length * 2 + more + SLACK)
  bigger.set(out.units)
  out.units = bigger
}
