import { isVerbAt } from './request-negations.ts'
import type { Token } from './request-tokens.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Words that begin something new before a verb: ", please send it". */
const LEADS = set('please kindly instead rather only just now')
const CONTRASTS = set('instead rather only just')
const SUBJECTS = set('i we you he she they it there')
const OBJECTS = set('it me us them him her the a an my')
/** What stands before an object and is no verb: ", to the team". */
const NO_VERBS = set(
  'and or nor not even to at by via with in on of for from as than if when what whatever which who that unless while until because since so though although all both neither either never no is are was were has have',
)
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
  return isUnknownVerbAt(tokens, at) || (at > from && CONTRASTS.has(wordAt(tokens, from)) && at < tokens.length)
}

/** ", translate it": a word before an object that is no name. */
function isUnknownVerbAt(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token === undefined || token.isAddress || token.isCapital || token.sign !== '') return false
  return !NO_VERBS.has(token.word) && !token.word.endsWith('ly') && OBJECTS.has(wordAt(tokens, at + 1))
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
