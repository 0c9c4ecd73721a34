import {
  DETERMINERS,
  CLAUSE_FILLERS,
  CLAUSE_OBJECTS,
  FOREIGN_WORDS,
  GATHERING,
  PREPOSITIONS,
  TOLD_WORDS,
  REQUEST_VERBS,
} from './request-lexicon.ts'

/** A verb of a request with what it governs. */
export interface RequestAct {
  readonly verb: string
  /** The words up to the next preposition: what is done something to. */
  readonly object: readonly string[]
  /** "… from my list". */
  readonly origin: readonly string[]
}

/** A part of a request that says what to do, or what to tell. */
export interface RequestClause extends RequestAct {
  /** It asks to be told something, or tells something itself. */
  readonly isReading: boolean
  readonly words: readonly string[]
}

const TOKENS_MAX = 5_000
const OBJECT_WORDS_MAX = 8
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const SPEAKER = words('me us')
const TELLING = words('tell send give write show text update')
const SUBJECTS = words('i he she we they who')
const BEING = words('is are was were has have had will can does did')

const isEnd = (token: string | undefined): boolean => token === undefined || /^[.!?;:\n]/.test(token)
const isStop = (token: string | undefined): boolean => isEnd(token) || token === ','

/** Words and the signs that end a sentence or a part of one, in lower case. */
const tokensOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]{1,3})?|[$€£]|[.!?;:]+(?=\s|$)|,(?=\s)|\n/gu) ?? []).slice(
    0,
    TOKENS_MAX,
  )

/** Every verb that asks for something. */
export function actsOf(text: string): readonly RequestAct[] {
  const tokens = tokensOf(text)
  const isForeign = speaksForeign(tokens)
  const isSentOn = SENT_ON.test(text)
  return tokens.flatMap((verb, at) =>
    isVerb(tokens, at, isForeign) && (isSentOn || !isToSpeaker(tokens, at)) ? [actAt(tokens, at, baseOf(verb))] : [],
  )
}

/** `paying` and `moving` are forms of verbs of the list. */
function baseOf(verb: string): string {
  if (!verb.endsWith('ing') || REQUEST_VERBS.has(verb)) return verb
  const base = verb.slice(0, -3)
  return [base, `${base}e`, base.slice(0, -1)].find((form) => REQUEST_VERBS.has(form)) ?? verb
}

/** "Send me the totals to bob@x.example" goes further than to the speaker. */
const SENT_ON = /\bsend (?:me|us)\b[^.!?\n]{1,200}\bto \S{1,100}@/i

const isToSpeaker = (tokens: readonly string[], at: number): boolean =>
  TELLING.has(tokens[at] ?? '') && SPEAKER.has(tokens[at + 1] ?? '')

/** In another language a word of the list is a verb at the beginning of a sentence at most: "Reserve o hotel". */
function isVerb(tokens: readonly string[], at: number, isForeign: boolean): boolean {
  const [verb = '', before = ''] = [tokens[at], tokens[at - 1]]
  if (isStop(verb)) return false
  // "What did I pay": told, not asked for.
  if (SUBJECTS.has(before) && !/^(?:can|could|may)$/.test(tokens[at - 2] ?? '')) return false
  if (isForeign) return at === 0 || isStop(before)
  return verb.endsWith('ing') || !(DETERMINERS.has(before) || FOREIGN_WORDS.has(before))
}

function speaksForeign(tokens: readonly string[]): boolean {
  let balance = 0
  for (const token of tokens) balance += FOREIGN_WORDS.has(token) ? 1 : DETERMINERS.has(token) ? -1 : 0
  return balance > 0
}

function actAt(tokens: readonly string[], at: number, verb: string): RequestAct {
  const object: string[] = []
  const origin: string[] = []
  let part: string[] | undefined = object
  for (let next = at + 1; next <= at + OBJECT_WORDS_MAX && !isStop(tokens[next]); next++) {
    const word = tokens[next] ?? ''
    if (word === 'and' || word === 'then') break
    if (PREPOSITIONS.has(word)) part = word === 'from' ? origin : undefined
    else part?.push(word)
  }
  return { verb, object, origin }
}

/** The clauses of a request: a new one begins at a sentence, and at "and" or a comma before a verb. */
export function clausesOf(text: string): readonly RequestClause[] {
  const tokens = tokensOf(text)
  const clauses: RequestClause[] = []
  let start = 0
  for (let at = 0; at <= tokens.length; at++) {
    const isNew =
      isEnd(tokens[at]) ||
      ((tokens[at] === ',' || tokens[at] === 'and') && isAction(tokens, afterFillers(tokens, at + 1)))
    if (!isNew) continue
    const from = afterFillers(tokens, start)
    if (from < at) clauses.push(clauseOf(tokens, from, at))
    start = at + 1
  }
  return clauses
}

function afterFillers(tokens: readonly string[], at: number): number {
  let from = at
  while (CLAUSE_FILLERS.has(tokens[from] ?? '') || tokens[from] === ',') from += 1
  return from
}

/** A verb that is known, or any word before what it is done to: "and rerun it". */
function isAction(tokens: readonly string[], at: number): boolean {
  const [word = '', next = ''] = [tokens[at], tokens[at + 1]]
  if (isStop(word) || TOLD_WORDS.has(word) || DETERMINERS.has(word)) return false
  return REQUEST_VERBS.has(word) || CLAUSE_OBJECTS.has(next)
}

function clauseOf(tokens: readonly string[], from: number, to: number): RequestClause {
  const [verb = '', next = ''] = [tokens[from], tokens[from + 1]]
  const isTold = TOLD_WORDS.has(verb) || DETERMINERS.has(verb) || BEING.has(next) || isToSpeaker(tokens, from)
  return {
    ...actAt(tokens, from, verb),
    isReading: GATHERING.has(verb) || isTold,
    words: tokens.slice(from, to).filter((token) => !isStop(token)),
  }
}
