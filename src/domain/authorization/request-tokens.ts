/**
 * What stands between two words: `soft` is a shout, dots or a semicolon, an end only of what has been said; `line` is a new line
 * that begins anew. Everything else between words, white space among it, separates nothing.
 */
export type Sign = '' | 'comma' | 'dash' | 'open' | 'close' | 'colon' | 'soft' | 'line' | 'stop'

export interface Token {
  /** The word with the signs and the white space around it: all of them together are the text. */
  readonly raw: string
  /** In lower case, with one kind of apostrophe. */
  readonly word: string
  /** What follows it. */
  readonly sign: Sign
  /** What begins behind it, where a line ends there. */
  readonly line: 'none' | 'next' | 'item' | 'blank'
  readonly isCapital: boolean
  readonly isAddress: boolean
}

const APOSTROPHES = "'’‘´`ʼʹ′＇"
const LETTER = /[\p{L}\p{N}\p{M}]/u
/** A negation is a word by itself, whatever sign binds it: `do not-send`, `it.Don't`. */
const NEGATION = /^(?:not|never|(?:\p{L}{0,8}n['’‘´`ʼ]t|dont))$/iu

const NO_WORD = { word: '', sign: 'stop', line: 'none', isCapital: false, isAddress: false } as const

interface Span {
  readonly start: number
  readonly end: number
}

/** Words as requests are read in, by one pass over the text. */
export function tokensOf(text: string): readonly Token[] {
  const spans = [...spansOf(text)]
  const tokens: Token[] = []
  let from = (spans[0]?.start ?? 0) - openingLength(text.slice(0, spans[0]?.start ?? 0))
  // Signs before all words are a token of their own: they fall with no word.
  if (from > 0) tokens.push({ ...NO_WORD, raw: text.slice(0, from) })
  for (const [at, { start, end }] of spans.entries()) {
    const next = spans[at + 1]?.start ?? text.length
    const between = text.slice(end, next)
    // Signs that open stand with what they open.
    const opening = next === text.length ? 0 : openingLength(between)
    const written = text.slice(start, end)
    tokens.push({
      raw: text.slice(from, next - opening),
      word: plainOf(written),
      sign: signOf(between, text.slice(next, next + 2)),
      line: lineOf(between),
      isCapital: /^\p{Lu}(?!\p{Lu}+$)/u.test(written),
      isAddress: written.includes('@') || written.includes('://'),
    })
    from = next - opening
  }
  return tokens
}

const plainOf = (written: string): string => written.toLowerCase().replace(/['’‘´`ʼʹ′＇]/gu, "'")

function openingLength(between: string): number {
  let length = 0
  while (length < between.length && !isSpace(between[between.length - 1 - length])) length += 1
  return length === between.length ? 0 : length
}

function* spansOf(text: string): Generator<Span> {
  let at = 0
  while (at < text.length) {
    while (at < text.length && isSpace(text[at])) at += 1
    const start = at
    while (at < text.length && !isSpace(text[at])) at += 1
    const chunk = text.slice(start, at)
    if (isWhole(chunk)) yield* trimmed(text, start, at)
    else yield* wordsIn(text, start, at)
  }
}

/** Addresses, URLs and paths: a "not" inside them says nothing. */
const isWhole = (chunk: string): boolean =>
  chunk.includes('@') ||
  chunk.includes('://') ||
  (chunk.includes('/') && /[\p{L}\p{N}]\.[\p{L}\p{N}]|^[/~.]/u.test(chunk))

function* trimmed(text: string, from: number, to: number): Generator<Span> {
  let [start, end] = [from, to]
  while (start < end && !isLetter(text, start)) start += 1
  while (end > start && !isLetter(text, end - 1)) end -= 1
  if (end > start) yield { start, end }
}

function* wordsIn(text: string, from: number, to: number): Generator<Span> {
  let start = -1
  let part = -1
  for (let at = from; at <= to; at += 1) {
    if (at < to && isLetter(text, at)) {
      if (start < 0) start = part = at
      continue
    }
    if (start < 0) continue
    if (at + 1 < to && joins(text, at) && !isSplit(text, { start: part, end: at }, start === part)) {
      if (!APOSTROPHES.includes(text[at] ?? ' ')) part = at + 1
      continue
    }
    yield { start, end: at }
    start = -1
  }
}

/** A sign inside a word: `isn't`, `follow-up`, `a.txt`, `1,250`. */
function joins(text: string, at: number): boolean {
  const sign = text[at] ?? ''
  if (!isLetter(text, at - 1) || !isLetter(text, at + 1)) return false
  if (APOSTROPHES.includes(sign) || sign === '-' || sign === '.' || sign === '_') return true
  return (sign === ',' || sign === ':') && /\d/.test(text[at - 1] ?? '') && /\d/.test(text[at + 1] ?? '')
}

const NEGATION_CHARS_MAX = 12

function isSplit(text: string, { start, end }: Span, isFirst: boolean): boolean {
  // A name with `_` is a name: `not_found`.
  if (text[end] === '_' || APOSTROPHES.includes(text[end] ?? ' ')) return false
  if (isFirst && end - start <= NEGATION_CHARS_MAX && NEGATION.test(text.slice(start, end))) return true
  if (text[end] !== '.') return false
  return NEGATION.test(/^[^\s.,;:!?-]{0,13}/u.exec(text.slice(end + 1, end + 1 + NEGATION_CHARS_MAX + 1))?.[0] ?? '')
}

const isSpace = (sign: string | undefined): boolean =>
  sign !== undefined && (sign === ' ' || (sign !== '' && /\s/.test(sign)))

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122)
  const isSecondHalf = code >= 0xdc00 && code <= 0xdfff
  const sign = String.fromCodePoint(text.codePointAt(isSecondHalf ? at - 1 : at) ?? 0)
  return !APOSTROPHES.includes(sign) && LETTER.test(sign)
}

/** The strongest sign between two words; `next` begins the word behind it. */
function signOf(between: string, next: string): Sign {
  const isAnew = !/^\p{Ll}/u.test(next)
  if (next === '') return 'stop'
  if (between === ' ') return ''
  if (/\.{2}|…/.test(between)) return isAnew ? 'soft' : ''
  if (/[.?。？](?:\s|["'”’»)\]*_])/.test(between)) return 'stop'
  if (/[!！;]/.test(between)) return 'soft'
  const line = lineOf(between)
  if (line === 'item' || line === 'blank' || (line === 'next' && isAnew))
    return between.includes(':') ? 'colon' : 'line'
  return SIGNS.find(([, pattern]) => pattern.test(between))?.[0] ?? ''
}

function lineOf(between: string): Token['line'] {
  const last = between.lastIndexOf('\n')
  if (last < 0) return 'none'
  if ('-*•·'.includes(between.slice(last).trim()[0] ?? ' ')) return 'item'
  return between.indexOf('\n') < last ? 'blank' : 'next'
}

const SIGNS: readonly (readonly [Sign, RegExp])[] = [
  ['colon', /:\s/],
  ['close', /[)\]]/],
  ['open', /[([]/],
  ['dash', /[—–]|--|\s-\s/],
  ['comma', /[,،、，]/],
]
