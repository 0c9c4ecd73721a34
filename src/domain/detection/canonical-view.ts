import { textOfUnits } from '../../base/utf16.ts'
import { foldCharacter, isInvisible } from './fold-character.ts'

/**
 * A normal form of a text in which each UTF-16 unit knows where it came from in the raw text: invisibles stripped, NFKC
 * per character, marks removed, digits of all scripts and the confusables of UTS #39 folded; case is kept.
 * Guarantee class: exact, for the normal form it states, and nothing about meaning.
 */
export interface View {
  readonly text: string
  /** `text` in lower case, unit by unit at the same places. */
  readonly lower: string
  /** True when every unit stands where it stood in the raw text. */
  readonly isIdentity: boolean
  /** Raw start of each unit of `text`. */
  readonly starts: Uint32Array
  /** Raw end (exclusive) of each unit of `text`. */
  readonly ends: Uint32Array
  /** Characters that a reader does not see and that have no business where they stand. */
  readonly invisible: number
  /** ASCII text that was hidden in tag characters (U+E0020–U+E007E). */
  readonly tagText: string
}

class IdentityView implements View {
  readonly text: string
  readonly isIdentity = true
  readonly invisible = 0
  readonly tagText = ''
  #lower: string | undefined
  #starts: Uint32Array | undefined
  #ends: Uint32Array | undefined

  constructor(text: string) {
    this.text = text
  }
  get lower(): string {
    return (this.#lower ??= this.text.toLowerCase())
  }
  get starts(): Uint32Array {
    return (this.#starts ??= Uint32Array.from({ length: this.text.length }, (_, index) => index))
  }
  get ends(): Uint32Array {
    return (this.#ends ??= Uint32Array.from({ length: this.text.length }, (_, index) => index + 1))
  }
}

class FoldedView implements View {
  readonly text: string
  readonly isIdentity = false
  readonly invisible: number
  readonly tagText: string
  readonly #raw: string
  #lower: string | undefined
  #places: Folding | undefined

  constructor(raw: string) {
    const { text, invisible, tagText } = foldedText(raw)
    this.text = text
    this.invisible = invisible
    this.tagText = tagText
    this.#raw = raw
  }
  /** Most texts are never asked where a unit stood: the way back is walked where one is. */
  get #folding(): Folding {
    return (this.#places ??= foldWithPlaces(this.#raw, this.text.length))
  }
  get starts(): Uint32Array {
    return this.#folding.starts
  }
  get ends(): Uint32Array {
    return this.#folding.ends
  }
  get lower(): string {
    return (this.#lower ??= this.text.toLowerCase())
  }
}

const BEYOND_ASCII = /[^\x00-\x7e]/ // oxlint-disable-line no-control-regex -- ASCII begins with control characters

/** Folds a text into its canonical form. Linear in the input; never throws. */
export function canonicalView(raw: string): View {
  if (BEYOND_ASCII.test(raw)) return new FoldedView(raw)
  return new IdentityView(raw)
}

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
}

/** Where each of `length` units came from; `length` is that of the folded text. */
function foldWithPlaces(raw: string, length: number): Folding {
  const out = emptyFolding(length, true)
  const { starts, ends } = out
  forStretches(raw, (from, start, end) => {
    let at = out.length
    for (let place = from; place < start;) {
      starts[at] = place
      ends[at++] = ++place
    }
    out.length = at
    foldStretch(out, raw, start, end)
  })
  return out
}

/** So many units of ASCII end a stretch that is folded unit by unit: what lies between stretches is copied whole. */
const ASCII_GAP = 24

/** Calls for each stretch `[start, end)` beyond ASCII and the ASCII `[from, start)` before it; the last stretch may be empty. */
function forStretches(raw: string, onStretch: (from: number, start: number, end: number) => void): void {
  const beyond = /[^\x00-\x7e]/g // oxlint-disable-line no-control-regex -- ASCII begins with control characters
  let from = 0
  while (beyond.test(raw)) {
    const start = beyond.lastIndex - 1
    let end = start + 1
    for (let at = end; at < raw.length && at - end < ASCII_GAP; at++) if (raw.charCodeAt(at) > 0x7e) end = at + 1
    onStretch(from, start, end)
    beyond.lastIndex = from = end
  }
  if (from < raw.length) onStretch(from, raw.length, raw.length)
}

/** The text alone, without its places: the engine's own search finds what is beyond ASCII. */
function foldedText(raw: string): { readonly text: string; readonly invisible: number; readonly tagText: string } {
  const out = emptyFolding(64, false)
  let text = ''
  forStretches(raw, (from, start, end) => {
    out.length = 0
    foldStretch(out, raw, start, end)
    text += raw.slice(from, start) + textOfUnits(out.units.subarray(0, out.length))
  })
  return { text, invisible: out.invisible, tagText: out.tagText }
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
  else if (isSuspicious(raw, start, code)) out.invisible += 1
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
    if (code >= 0xe0020 && code <= 0xe007e && !isFlagTag(raw, start)) out.tagText += String.fromCharCode(code - 0xe0000)
    if (!isFlagTag(raw, start)) out.invisible += 1
    return
  }
  let folded = astralFolds.get(code)
  if (folded === undefined) {
    folded = foldCharacter(String.fromCodePoint(code))
    if (astralFolds.size < ASTRAL_MAX) astralFolds.set(code, folded)
  }
  if (folded === '') out.invisible += 1
  else pushAll(out, folded, start, start + 2)
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

/** The raw span of a span in the view. */
export function rawSpan(view: View, start: number, end: number): { readonly start: number; readonly end: number } {
  if (view.isIdentity) return { start, end: Math.max(start, end) }
  if (end <= start) return { start: view.starts[start] ?? 0, end: view.starts[start] ?? 0 }
  return { start: view.starts[start] ?? 0, end: view.ends[end - 1] ?? 0 }
}
