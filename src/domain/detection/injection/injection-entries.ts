import type { Pattern } from '../automaton.ts'
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
import {
  BEHIND_CHARS,
  HARMLESS_BEHIND,
  HARMLESS_WEIGHT,
  isOnTopic,
  LOG_MARK,
  OWN_TOPIC,
  spokenWeight,
  turnWeight,
} from './harmless-context.ts'
import { WordWalk, wordsBefore } from './word-walk.ts'

/** A place in one reading that speaks for an instruction aimed at the model. */
export interface LocalHit {
  readonly rule: string
  /** 0 to 1. */
  readonly weight: number
  readonly start: number
  readonly end: number
}

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

export interface InjectionEntry extends Pattern {
  readonly role: Role
}

const wordEntries = (words: Iterable<string>, role: Role): readonly InjectionEntry[] =>
  Array.from(words, (text) => ({ text, isWord: true, role }))

/** What the heuristics look for; a search is told of each by its number here. */
export const INJECTION_ENTRIES: readonly InjectionEntry[] = [
  ...wordEntries(SET_ASIDE, { kind: 'verb', find: setAside }),
  ...wordEntries(PUT_OUT, { kind: 'verb', find: putOut }),
  ...wordEntries(new Set([...RULES, ...PROMPT_WORDS]), { kind: 'object' }),
  ...wordEntries(ASSISTANT_WORDS, { kind: 'mark', find: addressed }),
  ...PHRASES.flatMap(({ phrase, weight }) => {
    const { word, find } = phraseTrigger(phrase, weight)
    return wordEntries([word], { kind: 'mark', find })
  }),
  ...FORGED_MARKUP.map(({ text, weight }): InjectionEntry => {
    const isTurn = text === LOG_MARK
    const find: Trigger = (whole, start, end) => ({
      rule: 'forged-markup',
      weight: isTurn ? turnWeight(whole, end, weight) : weight,
      start,
      end,
    })
    return { text, isWord: false, role: { kind: 'mark', find } }
  }),
  ...SET_ASIDE_CJK.map((text): InjectionEntry => ({ text, isWord: false, role: { kind: 'mark', find: setAsideCjk } })),
  ...wordEntries(TURNED_WORDS.rot13, { kind: 'turned', by: 'rot13' }),
  ...wordEntries(TURNED_WORDS.reversed, { kind: 'turned', by: 'reversed' }),
]

const SET_ASIDE_WINDOW = 8

/** "ignore … previous … instructions", in this order or with the qualifier behind (Romance languages). */
function setAside(text: string, start: number, end: number): LocalHit | undefined {
  const walk = new WordWalk(text, end)
  let isEarlier = false
  for (let count = 0; count < SET_ASIDE_WINDOW && walk.next(); count++) {
    const { word } = walk
    if (EARLIER.has(word)) isEarlier = true
    if (!RULES.has(word)) continue
    const ruleEnd = walk.end
    const isBehind = !isEarlier && ((walk.next() && EARLIER.has(walk.word)) || (walk.next() && EARLIER.has(walk.word)))
    const weight = spokenWeight(text, start, isEarlier || isBehind ? 0.92 : 0.35)
    return { rule: 'set-aside-instructions', weight, start, end: ruleEnd }
  }
  return undefined
}

const PUT_OUT_WINDOW = 9

/** "print … your system prompt", "repeat … your instructions". */
function putOut(text: string, start: number, end: number): LocalHit | undefined {
  const isAsking = text.slice(start, end).toLowerCase() === 'what'
  const walk = new WordWalk(text, end)
  let isHidden = false
  let isOwn = false
  for (let count = 0; count < PUT_OUT_WINDOW && walk.next(); count++) {
    const { word } = walk
    if (HIDDEN.has(word)) isHidden = true
    if (OWN.has(word)) isOwn = true
    if (!PROMPT_WORDS.has(word)) continue
    const { end: promptEnd } = walk
    const hit = (weight: number): LocalHit => ({
      rule: 'extract-prompt',
      weight: spokenWeight(text, start, isAsking && isOnTopic(text, promptEnd) ? Math.min(weight, OWN_TOPIC) : weight),
      start,
      end: promptEnd,
    })
    if (isHidden && isOwn) return hit(0.92)
    if (isHidden && word.startsWith('prompt') && !isAsking) return hit(0.85)
    if (isOwn) return hit(0.6)
  }
  return undefined
}

const ADDRESS_WINDOW = 14

/** "assistant, … send_email …": an order to the model where a person writes to people. */
function addressed(text: string, start: number, end: number): LocalHit | undefined {
  const walk = new WordWalk(text, end)
  let action: LocalHit | undefined
  for (let count = 0; count < ADDRESS_WINDOW && walk.next(); count++) {
    // A name with an underscore is a tool's name, not a word that people write to each other.
    if (walk.hasUnderscore && /^[a-z]+_[a-z_]+$/.test(walk.word))
      return { rule: 'address-assistant', weight: 0.8, start, end: walk.end }
    if (action === undefined && mayBeAction(walk.end - walk.start) && ACTIONS.has(walk.word))
      action = { rule: 'address-assistant', weight: 0.45, start, end: walk.end }
  }
  return action
}

const ACTION_LENGTHS = new Set([...ACTIONS].map(({ length }) => length))
const mayBeAction = (length: number): boolean => ACTION_LENGTHS.has(length)

/** Looks at the rarest word of a phrase, then at the words around it, whatever signs stand between them. */
function phraseTrigger(phrase: string, weight: number): { readonly word: string; readonly find: Trigger } {
  const words = phrase.split(' ')
  const rank = (word: string): number => word.length - (COMMON.has(word) ? 100 : 0)
  const place = words.reduce((best, word, index) => (rank(word) > rank(words[best] ?? '') ? index : best), 0)
  const find: Trigger = (text, at) => {
    const start = place === 0 ? at : wordsBefore(text, at, place)
    if (start === undefined) return undefined
    const walk = new WordWalk(text, start)
    for (const word of words) if (!walk.next() || !walk.is(word)) return undefined
    const isPlain = HARMLESS_BEHIND[phrase]?.test(text.slice(walk.end, walk.end + BEHIND_CHARS)) === true
    return { rule: `phrase:${phrase}`, weight: isPlain ? HARMLESS_WEIGHT : weight, start, end: walk.end }
  }
  return { word: words[place] ?? '', find }
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
