import { isVerbAt } from './request-negations.ts'
import type { Token } from './request-tokens.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Words that begin something new before a verb: ", please send it". */
const LEADS = set('please kindly instead rather only just now')
const CONTRASTS = set('instead rather only just')
const SUBJECTS = set('i we you')
const OBJECTS = set('it me us them him her the a an my')
const NO_NOUN = set('and or so but because since saying says')
/** How far a clause is read ahead; what is decided beyond it is decided as if nothing stood there. */
const TOKENS_AHEAD = 12

const wordAt = (tokens: readonly Token[], at: number): string => tokens[at]?.word ?? ''

/** Does a request, or a clause with a subject, begin here? */
export function isClauseAt(tokens: readonly Token[], from: number): boolean {
  let at = from
  while (at < from + 3 && LEADS.has(wordAt(tokens, at))) at += 1
  const word = wordAt(tokens, at)
  if (isVerbAt(tokens, at) || (at === from && SUBJECTS.has(word))) return true
  if (/^(?:can|could|will|would)$/.test(word) && wordAt(tokens, at + 1) === 'you') return true
  return at > from && CONTRASTS.has(wordAt(tokens, from)) && at < tokens.length
}

export function isObjectAt(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token === undefined || tokens[at - 1]?.sign !== '') return false
  return token.isAddress || token.isCapital || OBJECTS.has(token.word)
}

/** "Don't email Dana, Bob instead." */
export function isInsteadAhead(tokens: readonly Token[], from: number): boolean {
  for (let at = from; at < from + TOKENS_AHEAD; at += 1)
    if ((tokens[at]?.sign ?? 'stop') !== '') return wordAt(tokens, at) === 'instead'
  return false
}

/** "Do not delete, move or rename", and of things "Bob, Eve and Carl": single words, up to the last one. */
export function isListAhead(tokens: readonly Token[], from: number, isOfThings: boolean): boolean {
  for (let at = from; at < from + TOKENS_AHEAD; at += 1) {
    const next = wordAt(tokens, at + 1)
    if (/^n?or$/.test(wordAt(tokens, at)) || /^n?or$/.test(next)) return true
    const isThing = isOfThings || !isVerbAt(tokens, at)
    if (isThing && next === 'and' && !isClauseAt(tokens, at + 2)) return true
    if (tokens[at]?.sign !== 'comma') return false
  }
  return true
}

/** "Do not reply, pay and send money", "never send money, forward mail or post secrets". */
export function isVerbListAhead(tokens: readonly Token[], from: number, isBare: boolean): boolean {
  for (let at = from; at < from + TOKENS_AHEAD; at += 1) {
    const word = wordAt(tokens, at)
    if (/^n?or$/.test(word) && isVerbAt(tokens, at + 1)) return true
    if (isBare && word === 'and' && isVerbAt(tokens, at + 1) && isVerbAt(tokens, at - 1)) return true
    if (!/^(?:|comma)$/.test(tokens[at]?.sign ?? 'stop')) return false
  }
  return false
}

const MEASURES = set('over above exceed exceeding exceeds beyond')
const CURRENCIES = set('eur euro euros usd gbp chf')

/** Where the bound begins that a number ends: "more than 50", "over EUR 50". */
export function measureStart(tokens: readonly Token[], at: number): number | undefined {
  if (!/\d/.test(wordAt(tokens, at))) return undefined
  const last = CURRENCIES.has(wordAt(tokens, at - 1)) ? at - 2 : at - 1
  if (MEASURES.has(wordAt(tokens, last))) return last
  return wordAt(tokens, last) === 'than' && wordAt(tokens, last - 1) === 'more' ? last - 1 : undefined
}

/** What belongs to the verb again, behind an exception. */
const GOES_ON = set('out into onto about via before after until')

/** "Everything but the lamp out of the cart", "everything but the last page to Bob". */
export function isBehindException(tokens: readonly Token[], at: number, negating: number): boolean {
  // "Leave Dana out": the word belongs to the exception.
  if (/^(?:leave|keep)$/.test(wordAt(tokens, negating))) return false
  const word = wordAt(tokens, at)
  return GOES_ON.has(word) || (word === 'to' && /^(?:every|any)thing$/.test(wordAt(tokens, negating - 1)))
}

/** A clause of a noun, without "that": "the invoices we haven't paid". */
export function isOfNoun(tokens: readonly Token[], start: number): boolean {
  const before = tokens[start - 1]
  if (before === undefined || before.sign !== '' || before.isAddress) return false
  return /^(?:i|he|she|we|they)$/.test(wordAt(tokens, start)) && !NO_NOUN.has(before.word)
}
