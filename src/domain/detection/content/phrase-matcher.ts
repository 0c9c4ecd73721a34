import { canonicalView, type View } from '../canonical-view.ts'

/** A word or phrase to look for; each word of three letters and more may end in `*` for any ending. */
export interface PhraseEntry<Tag> {
  readonly phrase: string
  readonly tag: Tag
}

export interface PhraseHit<Tag> {
  readonly tag: Tag
  /** The phrase in canonical form. */
  readonly phrase: string
  /** Units of the view, half-open. */
  readonly start: number
  readonly end: number
  /** Number of its first word in the text. */
  readonly word: number
}

interface Phrase<Tag> {
  readonly words: readonly string[]
  readonly phrase: string
  readonly tag: Tag
}

/** Phrases by the first word, or by the first letters of one with a star. */
export interface PhraseMatcher<Tag> {
  readonly exact: ReadonlyMap<string, readonly Phrase<Tag>[]>
  readonly stems: ReadonlyMap<string, readonly Phrase<Tag>[]>
  /** First letters of all stems: most words end here. */
  readonly heads: ReadonlySet<string>
  /** Phrases in scripts that put no space between words. */
  readonly unspaced: readonly Phrase<Tag>[]
}

const PHRASE_WORDS_MAX = 12
const STEM_MIN = 3
const STEM_MAX = 16
const HITS_MAX = 200_000
const WORDS_MAX = 200_000
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Builds a matcher; entries in any spelling become canonical first, so accents, width and case do not matter. */
export function phraseMatcher<Tag>(entries: readonly PhraseEntry<Tag>[]): PhraseMatcher<Tag> {
  const exact = new Map<string, Phrase<Tag>[]>()
  const stems = new Map<string, Phrase<Tag>[]>()
  const unspaced: Phrase<Tag>[] = []
  for (const { phrase, tag } of entries) {
    const canonical = fold(canonicalView(phrase).text).trim()
    if (UNSPACED.test(canonical)) {
      unspaced.push({ words: [canonical], phrase: canonical, tag })
      continue
    }
    const words = canonical
      .split(/[^\p{L}\p{N}*]{1,64}/u)
      .filter((word) => /[^*]/.test(word))
      .map((word) => (word.endsWith('*') && word.length <= STEM_MIN ? word.slice(0, -1) : word))
    const [first] = words
    if (first === undefined || words.length > PHRASE_WORDS_MAX) continue
    const [table, key] = first.endsWith('*')
      ? [stems, first.slice(0, Math.min(STEM_MAX, first.length - 1))]
      : [exact, first]
    const entry = { words, phrase: words.join(' '), tag }
    const list = table.get(key)
    if (list === undefined) table.set(key, [entry])
    else list.push(entry)
  }
  const heads = new Set(stems.keys().map((stem) => stem.slice(0, STEM_MIN)))
  return { exact, stems, heads, unspaced }
}

/** The view may keep case; whole words are compared without it. */
function fold(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text
}

interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

const WORD_CHAR = new Uint8Array(128)
for (const char of '0123456789abcdefghijklmnopqrstuvwxyz') WORD_CHAR[char.charCodeAt(0)] = 1

function wordsOf(text: string): readonly Word[] {
  const words: Word[] = []
  let start = -1
  for (let index = 0; index <= text.length && words.length < WORDS_MAX; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 32
    const inside = code < 128 ? WORD_CHAR[code] === 1 : isLetterBeyondAscii(code)
    if (inside && start < 0) start = index
    if (inside || start < 0) continue
    words.push({ text: text.slice(start, index), start, end: index })
    start = -1
  }
  return words
}

/** Letters above Latin-1 signs, without general punctuation and CJK punctuation. */
function isLetterBeyondAscii(code: number): boolean {
  return (
    code > 191 &&
    code !== 215 &&
    code !== 247 &&
    !(code >= 0x2000 && code <= 0x2bff) &&
    !(code >= 0x3000 && code <= 0x303f)
  )
}

/** Every phrase in the view, whole words only; linear in the text for a given matcher, hits bounded. */
export function findPhrases<Tag>(view: View, matcher: PhraseMatcher<Tag>): readonly PhraseHit<Tag>[] {
  const text = fold(view.text)
  const hits: PhraseHit<Tag>[] = []
  const words = wordsOf(text)
  for (let word = 0; word < words.length && hits.length < HITS_MAX; word++) {
    const first = words[word]?.text ?? ''
    for (const phrase of matcher.exact.get(first) ?? []) addHit(hits, words, word, phrase)
    if (matcher.heads.has(first.slice(0, STEM_MIN)))
      for (let length = STEM_MIN; length <= Math.min(STEM_MAX, first.length); length++)
        for (const phrase of matcher.stems.get(first.slice(0, length)) ?? []) addHit(hits, words, word, phrase)
  }
  for (const { phrase, tag } of matcher.unspaced)
    for (
      let at = text.indexOf(phrase);
      at >= 0 && hits.length < HITS_MAX;
      at = text.indexOf(phrase, at + phrase.length)
    )
      hits.push({ tag, phrase, start: at, end: at + phrase.length, word: wordAt(words, at) })
  return hits
}

function addHit<Tag>(
  hits: PhraseHit<Tag>[],
  words: readonly Word[],
  first: number,
  { words: wanted, phrase, tag }: Phrase<Tag>,
): void {
  for (const [offset, want] of wanted.entries()) {
    const word = words[first + offset]?.text ?? ''
    if (want.endsWith('*') ? !word.startsWith(want.slice(0, -1)) : word !== want) return
  }
  const last = words[first + wanted.length - 1]
  hits.push({ tag, phrase, start: words[first]?.start ?? 0, end: last?.end ?? 0, word: first })
}

function wordAt(words: readonly Word[], at: number): number {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle]?.end ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}
