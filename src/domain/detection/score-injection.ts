import { canonicalView, rawSpan, type View } from './canonical-view.ts'
import { decodePieces, rot13 } from './decode.ts'
import {
  ACTIONS,
  ASSISTANT_WORDS,
  EARLIER,
  FORGED_MARKUP,
  HIDDEN,
  PHRASES,
  PROMPT_WORDS,
  PUT_OUT,
  RULES,
  SET_ASIDE,
} from './injection-lexicon.ts'

export interface InjectionHit {
  readonly rule: string
  /** Raw span of the sentence that holds it. */
  readonly start: number
  readonly end: number
  readonly weight: number
}

export interface InjectionScore {
  /** 0 to 1; a heuristic, not a probability measured on anybody's traffic. */
  readonly score: number
  readonly hits: readonly InjectionHit[]
  /** A decoding budget ran out: part of the text was not judged. */
  readonly isOverBudget: boolean
}

const HITS_MAX = 64

/** Heuristic score of instructions aimed at the model. A detector: it raises obligations and grants nothing. */
export function scoreInjection(raw: string, view: View = canonicalView(raw)): InjectionScore {
  const hits = [...hitsIn(view, raw)]
  const decoded = decodePieces(raw)
  for (const piece of decoded.pieces) hits.push(...nested(piece.text, `decoded-${piece.encoding}`, piece))
  if (view.tagText.length >= 4) hits.push({ rule: 'hidden-tags', start: 0, end: raw.length, weight: 0.9 })
  if (view.invisible >= 8) hits.push({ rule: 'many-invisibles', start: 0, end: raw.length, weight: 0.4 })
  // Tried unless the case is clear already: a harmless hit put in front must not hide an encoded one.
  if (combine(hits) < 0.9) hits.push(...otherReadings(raw, view))
  const kept = hits.slice(0, HITS_MAX)
  return { score: combine(kept), hits: kept, isOverBudget: decoded.isOverBudget }
}

/** Independent hits add up; two of one rule count once. */
function combine(hits: readonly InjectionHit[]): number {
  const strongest = new Map<string, number>()
  for (const { rule, weight } of hits) strongest.set(rule, Math.max(strongest.get(rule) ?? 0, weight))
  let rest = 1
  for (const weight of strongest.values()) rest *= 1 - weight
  return Math.round((1 - rest) * 10_000) / 10_000
}

/** Hits of a decoded text, placed where its encoded form stands; an encoded instruction is worse than a plain one. */
function nested(
  text: string,
  rule: string,
  { start, end }: { readonly start: number; readonly end: number },
): InjectionHit[] {
  const weight = combine([...hitsIn(canonicalView(text), text)])
  return weight < 0.3 ? [] : [{ rule, start, end, weight: Math.min(1, weight + 0.3) }]
}

const READING_CHARS_MAX = 8_192

/** The same text turned by 13 letters, read backwards, or with its letters pulled together. */
function otherReadings(raw: string, view: View): InjectionHit[] {
  const text = view.text.slice(0, READING_CHARS_MAX)
  const whole = { start: 0, end: raw.length }
  const hits = [...nested(rot13(text), 'rot13', whole), ...nested([...text].reverse().join(''), 'reversed', whole)]
  const pulled = pullTogether(text)
  if (pulled !== undefined) hits.push(...nested(pulled, 'spaced-letters', whole))
  const leet = text.replace(/[a-z0-9@$]{3,40}/g, (word) =>
    /[a-z]/.test(word) && /[013457@$]/.test(word) ? word.replace(/[013457@$]/g, (char) => LEET[char] ?? char) : word,
  )
  if (leet !== text) hits.push(...nested(leet, 'leet', whole))
  return hits
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
}

/** "i g n o r e   a l l" → "ignore all": only where single letters stand in long rows. */
function pullTogether(text: string): string | undefined {
  let changed = false
  const pulled = text.replace(/(?:[a-z][ .*_-]){5,400}[a-z]?/g, (run) => {
    changed = true
    const gap = run.includes('  ') ? '  ' : ' '
    return run
      .split(gap === '  ' ? /\s{2,}/ : /\s{2,}|$^/)
      .map((word) => word.replace(/[ .*_-]/g, ''))
      .join(' ')
  })
  return changed ? pulled : undefined
}

interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Number of its sentence: windows do not look beyond a sentence's end. */
  readonly sentence: number
}

const WORDS_MAX = 100_000

function wordsOf(text: string): readonly Word[] {
  const words: Word[] = []
  let start = -1
  let sentence = 0
  let startSentence = 0
  for (let index = 0; index <= text.length && words.length < WORDS_MAX; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 32
    if (code === 10 || ((code === 46 || code === 33 || code === 63) && isSpace(text.charCodeAt(index + 1))))
      sentence += 1
    const inside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95 || code > 191
    if (inside && start < 0) {
      start = index
      startSentence = sentence
    }
    if (!inside && start >= 0) {
      words.push({ text: text.slice(start, index), start, end: index, sentence: startSentence })
      start = -1
    }
  }
  return words
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9 || Number.isNaN(code)
}

/** The words after one, in its sentence, as far as the window goes. */
function* following(words: readonly Word[], index: number, window: number): Generator<Word> {
  const { sentence } = words[index] as Word
  for (let next = index + 1; next <= index + window && next < words.length; next++) {
    const word = words[next] as Word
    if (word.sentence !== sentence) return
    yield word
  }
}

function* hitsIn(view: View, raw: string): Generator<InjectionHit> {
  const words = wordsOf(view.text)
  const at = (rule: string, weight: number, start: number, end: number): InjectionHit => ({
    rule,
    weight,
    ...sentenceSpan(view, raw, start, end),
  })
  for (const [index, word] of words.entries()) {
    if (SET_ASIDE.has(word.text)) {
      const found = setAside(words, index)
      if (found !== undefined) yield at('set-aside-instructions', found.weight, word.start, found.end)
    }
    if (PUT_OUT.has(word.text)) {
      const found = putOut(words, index)
      if (found !== undefined) yield at('extract-prompt', found.weight, word.start, found.end)
    }
    if (ASSISTANT_WORDS.has(word.text)) {
      const found = addressed(words, index)
      if (found !== undefined) yield at('address-assistant', found.weight, word.start, found.end)
    }
  }
  const spaced = ` ${words.map(({ text }) => text).join(' ')} `
  for (const { phrase, weight } of PHRASES) {
    if (!spaced.includes(` ${phrase} `)) continue
    const start = Math.max(0, view.text.indexOf(phrase.split(' ')[0] ?? ''))
    yield at(`phrase:${phrase}`, weight, ...placeOf(view.text, phrase, start))
  }
  for (const { text, weight } of FORGED_MARKUP) {
    const start = text.startsWith('\n') && view.text.startsWith(text.slice(1)) ? 0 : view.text.indexOf(text)
    if (start >= 0) yield at('forged-markup', weight, start, start + text.length)
  }
  if (
    /(?:指示|命令|ルール)[^\n]{0,12}(?:無視|忘れ)|忽略[^\n]{0,12}(?:指令|指示|规则)|무시[^\n]{0,12}지시|지시[^\n]{0,12}무시/.test(
      view.text.slice(0, READING_CHARS_MAX),
    )
  )
    yield at('set-aside-instructions', 0.9, 0, view.text.length)
}

function placeOf(text: string, phrase: string, fallback: number): [number, number] {
  const start = text.indexOf(phrase)
  return start >= 0 ? [start, start + phrase.length] : [fallback, Math.min(text.length, fallback + phrase.length)]
}

const SET_ASIDE_WINDOW = 8

/** "ignore … previous … instructions", in this order or with the qualifier behind (Romance languages). */
function setAside(
  words: readonly Word[],
  index: number,
): { readonly weight: number; readonly end: number } | undefined {
  let isEarlier = false
  for (const [offset, word] of [...following(words, index, SET_ASIDE_WINDOW)].entries()) {
    const next = index + 1 + offset
    if (EARLIER.has(word.text)) isEarlier = true
    if (!RULES.has(word.text)) continue
    const isBehind = EARLIER.has(words[next + 1]?.text ?? '') || EARLIER.has(words[next + 2]?.text ?? '')
    return isEarlier || isBehind ? { weight: 0.92, end: word.end } : { weight: 0.35, end: word.end }
  }
  return undefined
}

const PUT_OUT_WINDOW = 9
const OWN = new Set([
  'your',
  'ur',
  'deine',
  'dein',
  'deinen',
  'ihre',
  'tes',
  'ton',
  'votre',
  'vos',
  'tu',
  'tus',
  'su',
  'tue',
  'tuo',
  'twoje',
])

/** "print … your system prompt", "repeat … your instructions". */
function putOut(words: readonly Word[], index: number): { readonly weight: number; readonly end: number } | undefined {
  let isHidden = false
  let isOwn = false
  for (const word of following(words, index, PUT_OUT_WINDOW)) {
    if (HIDDEN.has(word.text)) isHidden = true
    if (OWN.has(word.text)) isOwn = true
    if (!PROMPT_WORDS.has(word.text)) continue
    const isAsking = words[index]?.text === 'what'
    if (isHidden && isOwn) return { weight: 0.92, end: word.end }
    if (isHidden && word.text.startsWith('prompt') && !isAsking) return { weight: 0.85, end: word.end }
    if (isOwn) return { weight: 0.6, end: word.end }
  }
  return undefined
}

const ADDRESS_WINDOW = 14

/** "assistant, … send_email …": an order to the model where a person writes to people. */
function addressed(
  words: readonly Word[],
  index: number,
): { readonly weight: number; readonly end: number } | undefined {
  let action: { readonly weight: number; readonly end: number } | undefined
  for (const word of following(words, index, ADDRESS_WINDOW)) {
    // A name with an underscore is a tool's name, not a word that people write to each other.
    if (/^[a-z]+_[a-z_]+$/.test(word.text)) return { weight: 0.8, end: word.end }
    if (ACTIONS.has(word.text)) action ??= { weight: 0.45, end: word.end }
  }
  return action
}

const SENTENCE_MAX = 600

/** Widens a hit to its sentence or line, so that redaction takes the whole order away. */
function sentenceSpan(
  view: View,
  raw: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const hit = rawSpan(view, Math.min(start, view.text.length - 1), Math.min(end, view.text.length))
  let from = hit.start
  while (from > 0 && hit.start - from < SENTENCE_MAX && !isBoundary(raw, from - 1)) from -= 1
  let to = hit.end
  while (to < raw.length && to - hit.end < SENTENCE_MAX && !isBoundary(raw, to)) to += 1
  return { start: from, end: Math.min(raw.length, to + 1) }
}

function isBoundary(raw: string, index: number): boolean {
  const char = raw[index]
  if (char === '\n') return true
  return (char === '.' || char === '!' || char === '?') && (index + 1 >= raw.length || /\s/.test(raw.charAt(index + 1)))
}
