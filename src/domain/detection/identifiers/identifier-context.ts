import { canonicalView } from '../canonical-view.ts'
import { isNamedThing, NAMED_NUMBER_CHARS } from '../named-number.ts'
import { IDENTIFIER_KINDS } from './identifier-kinds.ts'

/** Says whether a word that names a kind stands near a span. */
export interface ContextIndex {
  /** `kind` is a number of `IDENTIFIER_KINDS`; the span is in units of the text that the index was made for. */
  isNear(kind: number, start: number, end: number): boolean
  /** Where it is there and false, `isNear` is false for every kind: dense digits cost less. */
  readonly hasAnyNear?: (start: number, end: number) => boolean
  /** The words right before it name it as the number of a thing or a moment. */
  readonly isNamedThing?: (start: number) => boolean
}

/** Characters searched before and after a span. */
const BEFORE = 60
const AFTER = 25

interface Phrase {
  readonly words: readonly string[]
  readonly kinds: readonly number[]
}

/** Thai, Chinese, Japanese and Korean do not part words, or join particles to them: their phrases match inside runs. */
const UNPARTED = /[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/

const PARTED_PHRASES = new Map<string, Phrase[]>()
const UNPARTED_PHRASES: Phrase[] = []
for (const [phrase, kinds] of phraseKinds())
  for (const text of formsInTexts(phrase)) {
    const words = text.split(' ')
    if (UNPARTED.test(text)) UNPARTED_PHRASES.push({ words: [text], kinds })
    else PARTED_PHRASES.set(words[0] ?? '', [...(PARTED_PHRASES.get(words[0] ?? '') ?? []), { words, kinds }])
  }

/**
 * Texts come in canonical form, in which letters of other scripts that look like Latin ones are Latin: of Greek and Cyrillic
 * words other letters when they are capitals.
 */
function formsInTexts(phrase: string): ReadonlySet<string> {
  const cases = /^[\x20-\x7e]*$/.test(phrase) ? [phrase] : [phrase, phrase.toUpperCase(), capitalised(phrase)]
  return new Set(cases.map((text) => foldWord(canonicalView(text).lower)))
}

function capitalised(phrase: string): string {
  return phrase.replace(/(?<![\p{L}\p{M}])\p{Ll}/gu, (letter) => letter.toUpperCase())
}

function phraseKinds(): Map<string, readonly number[]> {
  const all = new Map<string, readonly number[]>()
  for (const [number, kind] of IDENTIFIER_KINDS.entries())
    for (const phrase of kind.context) all.set(phrase, [...(all.get(phrase) ?? []), number])
  return all
}

/** A name that stands before the whole text. */
export interface NameBefore {
  readonly before: string
  readonly kinds: ReadonlySet<number>
}

/** Kinds that words of a text name. */
export function kindsNamedIn(text: string): ReadonlySet<number> {
  const found = new Set<number>()
  collect(text, found)
  return found
}

/** Searches a bounded window around each span that is asked about; words count whole, marks and case do not count. */
export function createContextIndex(text: string, name?: NameBefore): ContextIndex {
  let at = -1
  let to = -1
  let near: ReadonlySet<number> = new Set()
  // The last stretch known to hold no letter, so that windows that overlap are not read again.
  let clearFrom = 0
  let clearTo = 0
  const isLetterless = (start: number, end: number): boolean => {
    const from = Math.max(0, start - BEFORE)
    const limit = Math.min(text.length, end + AFTER)
    if (from < clearFrom || from > clearTo) {
      clearFrom = from
      clearTo = from
    }
    let clear = clearTo
    while (clear < limit && isLetterlessUnit(text.charCodeAt(clear))) clear += 1
    clearTo = clear
    return clear >= limit
  }
  const nearTo = (start: number, end: number): ReadonlySet<number> => {
    if (start === at && end === to) return near
    at = start
    to = end
    near = isLetterless(start, end) ? NONE : kindsNear(text, start, end)
    if (name !== undefined && start + Math.min(name.before.length, BEFORE) <= BEFORE)
      near = near.size === 0 ? name.kinds : new Set([...near, ...name.kinds])
    return near
  }
  return {
    isNear: (kind, start, end) => nearTo(start, end).has(kind),
    hasAnyNear: (start, end) => nearTo(start, end).size > 0,
    isNamedThing: (start) => {
      const before = text.slice(Math.max(0, start - NAMED_NUMBER_CHARS), start).toLowerCase()
      return isNamedThing(start < NAMED_NUMBER_CHARS ? (name?.before ?? '') + before : before)
    },
  }
}

const NONE: ReadonlySet<number> = new Set()

function kindsNear(text: string, start: number, end: number): ReadonlySet<number> {
  const from = wordBoundary(text, Math.max(0, start - BEFORE))
  const found = new Set<number>()
  const to = Math.min(text.length, end + AFTER)
  if (mayHoldPhrase(text, from, start)) collect(text.slice(from, start), found)
  if (mayHoldPhrase(text, end, to)) collect(text.slice(end, to), found)
  return found.size === 0 ? NONE : found
}

/** A window does not begin inside a word. */
function wordBoundary(text: string, from: number): number {
  let at = from
  const limit = Math.min(text.length, from + 20)
  while (at > 0 && at < limit && isAsciiLetter(text.charCodeAt(at)) && isAsciiLetter(text.charCodeAt(at - 1))) at += 1
  return at
}

const isLetterlessUnit = (code: number): boolean => code < 128 && !isAsciiLetter(code)

const isAsciiLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

function collect(window: string, found: Set<number>): void {
  const form = formOf(window)
  if (form === 'letterless') return
  const words = form === 'plain' ? plainWordsOf(window) : wordsOf(window)
  for (let index = 0; index < words.length; index++)
    for (const phrase of PARTED_PHRASES.get(words[index] ?? '') ?? [])
      if (phrase.words.every((word, offset) => words[index + offset] === word))
        for (const kind of phrase.kinds) found.add(kind)
  if (form !== 'other' || !UNPARTED.test(window)) return
  const folded = foldWord(window)
  for (const {
    words: [text = ''],
    kinds,
  } of UNPARTED_PHRASES)
    if (folded.includes(text)) for (const kind of kinds) found.add(kind)
}

/** `plain` is ASCII without letters that full stops set apart, as in `N.I.F.`: it parts into words without expressions. */
function formOf(window: string): 'letterless' | 'plain' | 'other' {
  let letters = 0
  let run = 0
  let stops = 0
  for (let index = 0; index < window.length; index++) {
    const code = window.charCodeAt(index)
    if (code > 127) return 'other'
    if (code === POINT) stops |= behindOne(run) | beforeOne(window, index, window.length)
    run = isAsciiLetter(code) ? run + 1 : 0
    letters += run
  }
  return letters === 0 ? 'letterless' : stops === SETS_APART ? 'other' : 'plain'
}

const POINT = 46
/** A full stop behind a single letter, and one before a single letter: `wordsOf` joins letters only where there are both. */
const BEHIND_ONE = 1
const BEFORE_ONE = 2
const SETS_APART = BEHIND_ONE | BEFORE_ONE

const behindOne = (letters: number): number => (letters === 1 ? BEHIND_ONE : 0)

/** A letter that a capital or the end of the window at `to` follows may be a single one. */
function beforeOne(text: string, at: number, to: number): number {
  if (at + 1 >= to || !isAsciiLetter(text.charCodeAt(at + 1))) return 0
  const next = at + 2 < to ? text.charCodeAt(at + 2) : 0
  return next >= 97 && next <= 122 ? 0 : BEFORE_ONE
}

const UPPER = 1
const LOWER = 2
const FIGURE = 3

function charKind(code: number): number {
  if (code >= 97 && code <= 122) return LOWER
  if (code >= 65 && code <= 90) return UPPER
  return code >= 48 && code <= 57 ? FIGURE : 0
}

/** One bit for each value that the hash of a phrase's first word has. */
const FIRST_WORDS = new Uint32Array(1 << 12)
const HASH_MASK = 0x1ffff

const hashed = (hash: number, code: number): number => Math.imul(hash, 31) + code
for (const word of PARTED_PHRASES.keys()) {
  let hash = 0
  for (let index = 0; index < word.length; index++) hash = hashed(hash, word.charCodeAt(index))
  FIRST_WORDS[(hash & HASH_MASK) >> 5] = (FIRST_WORDS[(hash & HASH_MASK) >> 5] ?? 0) | (1 << (hash & 31))
}

/**
 * False where `collect` would find nothing in `text[from, to)`: plain text of which no word hashes as the first of a phrase. The
 * words are those of `plainWordsOf`, and none of them is made.
 */
function mayHoldPhrase(text: string, from: number, to: number): boolean {
  let hash = 0
  let isInside = false
  let letters = 0
  let before = 0
  let stops = 0
  for (let index = from; index <= to; index++) {
    const code = index < to ? text.charCodeAt(index) : 0
    if (code === POINT) stops |= behindOne(letters) | beforeOne(text, index, to)
    if (code > 127 || stops === SETS_APART) return true
    const kind = charKind(code)
    const next = kind === UPPER && before === UPPER && index + 1 < to ? charKind(text.charCodeAt(index + 1)) : 0
    const isHump = kind === UPPER && (before === LOWER || next === LOWER)
    if (isInside && (kind === 0 || isHump)) {
      if (((FIRST_WORDS[(hash & HASH_MASK) >> 5] as number) & (1 << (hash & 31))) !== 0) return true
      isInside = false
    }
    if (kind !== 0) {
      hash = hashed(isInside ? hash : 0, kind === UPPER ? code + 32 : code)
      isInside = true
    }
    letters = kind === LOWER || kind === UPPER ? letters + 1 : 0
    before = kind
  }
  return false
}

/** What `wordsOf` gives for plain text. */
function plainWordsOf(window: string): readonly string[] {
  const words: string[] = []
  let start = -1
  let before = 0
  for (let index = 0; index <= window.length; index++) {
    const kind = index < window.length ? charKind(window.charCodeAt(index)) : 0
    const isHump =
      kind === UPPER && (before === LOWER || (before === UPPER && charKind(window.charCodeAt(index + 1)) === LOWER))
    if (start >= 0 && (kind === 0 || isHump)) {
      words.push(window.slice(start, index).toLowerCase())
      start = -1
    }
    if (start < 0 && kind !== 0) start = index
    before = kind
  }
  return words
}

/** Between a script that parts no words and a letter or digit of another: `我的IMEI是`. */
const SCRIPT_CHANGE = new RegExp(
  `(?<=${UNPARTED.source})(?=(?!${UNPARTED.source})[\\p{L}\\p{N}])|(?<=[\\p{L}\\p{N}\\p{M}])(?<!${UNPARTED.source})(?=${UNPARTED.source})`,
  'gu',
)

/** Lower-case words without marks; `taxId`, `tax_id` and `TAXNumber` part into two, `N.I.F.` joins into one. */
function wordsOf(window: string): readonly string[] {
  const apart = UNPARTED.test(window) ? window.replace(SCRIPT_CHANGE, ' ') : window
  const parted = apart.replace(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
  const joined = parted.replace(/(?<![\p{L}\p{N}])(\p{L})\.(?=\p{L}(?!\p{L}))|(?<=[\p{L}])\.(?=\p{L}(?!\p{L}))/gu, '$1')
  // Vowel signs of Indic scripts stand within words.
  return foldWord(joined).match(/[\p{L}\p{N}\p{Mc}]+/gu) ?? []
}

/** Lower case, without combining marks, the dotless i as i. */
function foldWord(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/ı/g, 'i')
    .normalize('NFC')
}
