import { Automaton, isWordUnit, type Pattern } from '../automaton.ts'
import {
  ACTIONS,
  ASSISTANT_WORDS,
  EARLIER,
  FORGED_MARKUP,
  HIDDEN,
  OWN,
  PHRASES,
  PROMPT_WORDS,
  PUT_OUT,
  RULES,
  SET_ASIDE,
  SET_ASIDE_CJK,
  TURNED_WORDS,
} from './injection-lexicon.ts'

/** A place in one reading that speaks for an instruction aimed at the model. */
export interface LocalHit {
  readonly rule: string
  /** 0 to 1. */
  readonly weight: number
  readonly start: number
  readonly end: number
}

/** What one pass over a reading finds, and whether the text may be turned around. */
export interface LocalHits {
  readonly hits: readonly LocalHit[]
  readonly rot13Words: number
  readonly reversedWords: number
}

const HITS_MAX = 64

/** Words that are in every text. */
const COMMON = new Set(
  'you do from now the to are is this be not it no any of do on at all a when tell text words user'.split(' '),
)

type Trigger = (text: string, start: number, end: number) => LocalHit | undefined

type Role =
  | { readonly kind: 'turned'; readonly by: 'rot13' | 'reversed' }
  /** Counts only where an object stands behind it. */
  | { readonly kind: 'verb'; readonly find: Trigger }
  | { readonly kind: 'object' }
  | { readonly kind: 'mark'; readonly find: Trigger }

interface Entry extends Pattern {
  readonly role: Role
}

const wordEntries = (words: Iterable<string>, role: Role): readonly Entry[] =>
  Array.from(words, (text) => ({ text, isWord: true, role }))

/** What the heuristics look for; a search is told of each by its number here. */
export const INJECTION_ENTRIES: readonly Entry[] = [
  ...wordEntries(SET_ASIDE, { kind: 'verb', find: setAside }),
  ...wordEntries(PUT_OUT, { kind: 'verb', find: putOut }),
  ...wordEntries(new Set([...RULES, ...PROMPT_WORDS]), { kind: 'object' }),
  ...wordEntries(ASSISTANT_WORDS, { kind: 'mark', find: addressed }),
  ...PHRASES.flatMap(({ phrase, weight }) => {
    const { word, find } = phraseTrigger(phrase, weight)
    return wordEntries([word], { kind: 'mark', find })
  }),
  ...FORGED_MARKUP.map(({ text, weight }): Entry => {
    const find: Trigger = (_, start, end) => ({ rule: 'forged-markup', weight, start, end })
    return { text, isWord: false, role: { kind: 'mark', find } }
  }),
  ...SET_ASIDE_CJK.map((text): Entry => ({ text, isWord: false, role: { kind: 'mark', find: setAsideCjk } })),
  ...wordEntries(TURNED_WORDS.rot13, { kind: 'turned', by: 'rot13' }),
  ...wordEntries(TURNED_WORDS.reversed, { kind: 'turned', by: 'reversed' }),
]

let automaton: Automaton | undefined

/** No sentence is looked at further than this for what a verb is about. */
const REACH = 400
const PENDING_MAX = 100_000

/** Heuristic hits of one reading, in one pass and bounded windows. */
export function injectionHits(text: string): LocalHits {
  automaton ??= new Automaton(INJECTION_ENTRIES)
  const search = new InjectionSearch(text)
  automaton.scan(text, (entry, start, end) => search.take(entry, start, end))
  return search.hits()
}

/** Makes hits of the entries that a pass over one text meets, in the order of their ends. */
export class InjectionSearch {
  readonly #text: string
  readonly #hits: LocalHit[] = []
  readonly #verbs: number[] = []
  readonly #objects: number[] = []
  #rot13Words = 0
  #reversedWords = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `entry` is a number of `INJECTION_ENTRIES`. */
  take(entry: number, start: number, end: number): void {
    const { role } = INJECTION_ENTRIES[entry] as Entry
    if (role.kind === 'object') {
      if (this.#objects.length < PENDING_MAX) this.#objects.push(start)
    } else if (role.kind === 'verb') {
      if (this.#verbs.length < 3 * PENDING_MAX) this.#verbs.push(entry, start, end)
    } else if (role.kind === 'mark') {
      if (this.#hits.length < HITS_MAX) take(this.#hits, role.find(this.#text, start, end))
    } else if (role.by === 'rot13') this.#rot13Words += 1
    else this.#reversedWords += 1
  }

  hits(): LocalHits {
    const hits = this.#hits
    const verbs = this.#verbs
    const objects = this.#objects
    let object = 0
    for (let verb = 0; verb < verbs.length && hits.length < HITS_MAX; verb += 3) {
      const end = verbs[verb + 2] as number
      while (object < objects.length && (objects[object] as number) < end) object += 1
      if (object === objects.length) break
      const { role } = INJECTION_ENTRIES[verbs[verb] as number] as Entry
      if ((objects[object] as number) - end <= REACH && role.kind === 'verb')
        take(hits, role.find(this.#text, verbs[verb + 1] as number, end))
    }
    take(hits, openingRole(this.#text))
    return { hits, rot13Words: this.#rot13Words, reversedWords: this.#reversedWords }
  }
}

function take(hits: LocalHit[], hit: LocalHit | undefined): void {
  if (hit !== undefined) hits.push(hit)
}

const TURN_MARKS = FORGED_MARKUP.filter(({ text }) => text.startsWith('\n'))

/** "system:" or "assistant:" at the very start is a forged turn as it is at the start of a line. */
function openingRole(text: string): LocalHit | undefined {
  for (const { text: mark, weight } of TURN_MARKS)
    if (text.charAt(0).toLowerCase() === mark.charAt(1) && text.slice(0, 16).toLowerCase().startsWith(mark.slice(1)))
      return { rule: 'forged-markup', weight, start: 0, end: mark.length - 1 }
  return undefined
}

interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

const WORD_GAP_MAX = 64
const WORD_MAX = 40

/** The words that follow a place in its sentence, lower-cased, as far as the window goes. */
function following(text: string, from: number, window: number): readonly Word[] {
  const words: Word[] = []
  let gap = 0
  let inLine = isAloneInLine(text, from) ? 1 : 2
  for (let at = from; at < text.length && words.length < window && gap <= WORD_GAP_MAX; at++) {
    const code = text.charCodeAt(at)
    if (!isWordUnit(code)) {
      // A line of one word is a sentence pulled apart, not one of its own.
      if (endsSentence(text, at, code) && !(code === 10 && inLine <= 1)) break
      if (code === 10) inLine = 0
      gap += 1
      continue
    }
    let end = at + 1
    while (end < text.length && end - at < WORD_MAX && isWordUnit(text.charCodeAt(end))) end += 1
    words.push({ text: text.slice(at, end).toLowerCase(), start: at, end })
    gap = 0
    inLine += 1
    at = end - 1
  }
  return words
}

function isAloneInLine(text: string, end: number): boolean {
  let start = end
  while (start > 0 && end - start < WORD_MAX && isWordUnit(text.charCodeAt(start - 1))) start -= 1
  while (start > 0 && text.charCodeAt(start - 1) === 32) start -= 1
  return start === 0 || text.charCodeAt(start - 1) === 10
}

function endsSentence(text: string, at: number, code: number): boolean {
  if (code === 10) return true
  if (code !== 46 && code !== 33 && code !== 63) return false
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 32
  return next === 32 || next === 10 || next === 13 || next === 9
}

const SET_ASIDE_WINDOW = 8

/** "ignore … previous … instructions", in this order or with the qualifier behind (Romance languages). */
function setAside(text: string, start: number, end: number): LocalHit | undefined {
  const words = following(text, end, SET_ASIDE_WINDOW + 2)
  let isEarlier = false
  for (const [index, word] of words.slice(0, SET_ASIDE_WINDOW).entries()) {
    if (EARLIER.has(word.text)) isEarlier = true
    if (!RULES.has(word.text)) continue
    const isBehind = EARLIER.has(words[index + 1]?.text ?? '') || EARLIER.has(words[index + 2]?.text ?? '')
    return { rule: 'set-aside-instructions', weight: isEarlier || isBehind ? 0.92 : 0.35, start, end: word.end }
  }
  return undefined
}

const PUT_OUT_WINDOW = 9

/** "print … your system prompt", "repeat … your instructions". */
function putOut(text: string, start: number, end: number): LocalHit | undefined {
  const isAsking = text.slice(start, end).toLowerCase() === 'what'
  let isHidden = false
  let isOwn = false
  for (const word of following(text, end, PUT_OUT_WINDOW)) {
    if (HIDDEN.has(word.text)) isHidden = true
    if (OWN.has(word.text)) isOwn = true
    if (!PROMPT_WORDS.has(word.text)) continue
    const hit = (weight: number): LocalHit => ({ rule: 'extract-prompt', weight, start, end: word.end })
    if (isHidden && isOwn) return hit(0.92)
    if (isHidden && word.text.startsWith('prompt') && !isAsking) return hit(0.85)
    if (isOwn) return hit(0.6)
  }
  return undefined
}

const ADDRESS_WINDOW = 14

/** "assistant, … send_email …": an order to the model where a person writes to people. */
function addressed(text: string, start: number, end: number): LocalHit | undefined {
  let action: LocalHit | undefined
  for (const word of following(text, end, ADDRESS_WINDOW)) {
    // A name with an underscore is a tool's name, not a word that people write to each other.
    if (/^[a-z]+_[a-z_]+$/.test(word.text)) return { rule: 'address-assistant', weight: 0.8, start, end: word.end }
    if (ACTIONS.has(word.text)) action ??= { rule: 'address-assistant', weight: 0.45, start, end: word.end }
  }
  return action
}

/** Looks at the rarest word of a phrase, then at the words around it, whatever signs stand between them. */
function phraseTrigger(phrase: string, weight: number): { readonly word: string; readonly find: Trigger } {
  const words = phrase.split(' ')
  const rank = (word: string): number => word.length - (COMMON.has(word) ? 100 : 0)
  const place = words.reduce((best, word, index) => (rank(word) > rank(words[best] ?? '') ? index : best), 0)
  const find: Trigger = (text, at, end) => {
    const start = place === 0 ? at : wordsBefore(text, at, place)
    if (start === undefined) return undefined
    const found = following(text, start, words.length)
    if (words.some((word, index) => found[index]?.text !== word)) return undefined
    return { rule: `phrase:${phrase}`, weight, start, end: found.at(-1)?.end ?? end }
  }
  return { word: words[place] ?? '', find }
}

/** Where the word begins that stands `count` words before a place; undefined where there are not so many near. */
function wordsBefore(text: string, from: number, count: number): number | undefined {
  let at = from
  for (let word = 0; word < count; word++) {
    let gap = at
    while (gap > 0 && at - gap < WORD_GAP_MAX && !isWordUnit(text.charCodeAt(gap - 1))) gap -= 1
    let start = gap
    while (start > 0 && gap - start < WORD_MAX && isWordUnit(text.charCodeAt(start - 1))) start -= 1
    if (start === gap) return undefined
    at = start
  }
  return at
}

const CJK_WINDOW = 14

function setAsideCjk(text: string, start: number, end: number): LocalHit | undefined {
  const from = Math.max(0, start - CJK_WINDOW)
  const near = text.slice(from, end + CJK_WINDOW)
  return /(?:指示|命令|ルール)[^\n]{0,12}(?:無視|忘れ)|忽略[^\n]{0,12}(?:指令|指示|规则)|무시[^\n]{0,12}지시|지시[^\n]{0,12}무시/.test(
    near,
  )
    ? { rule: 'set-aside-instructions', weight: 0.9, start: from, end: Math.min(text.length, end + CJK_WINDOW) }
    : undefined
}
