import { DETERMINERS, REQUEST_VERBS } from './request-lexicon.ts'
import type { Token } from './request-tokens.ts'

/**
 * A negation in a request. `order` forbids; `told` is said of a subject ("the file isn't there"); `except` takes things
 * out of others ("everyone but Dana"). What can be read both ways is an order.
 */
export interface Negation {
  readonly kind: 'order' | 'told' | 'except'
  /** The first word that it takes with it. */
  readonly from: number
  /** It has said what it forbids: "send nothing". */
  readonly isSaid: boolean
}

export interface Clause {
  readonly tokens: readonly Token[]
  /** Where the innermost clause begins: at "that", "which", "if", or a subject. */
  readonly start: number
  /** Where the clause begins that a verb of a request rules. */
  readonly whole: number
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const CONTRACTED =
  /^(?:(?:ca|do|does|did|must|should|would|could|wo|sha|need|may|might|ought|dare|has|have|had|is|are|was|were|ai)n't|n't|cannot)$|^(?:ca|do|does|did|must|should|would|could|wo|sha|need|has|have|had|is|are|was|were|ai)nt$/
const isContraction = (word: string): boolean => word.endsWith('t') && CONTRACTED.test(word)
const PREDICATE = set('not never nor neither')
const FORBIDS = set('avoid avoiding refrain abstain forbid forbids forbidden prohibit prohibits prohibited')
const EXCEPTS = set('except excepting exclude excluding minus')
const EVERYBODY = set('everyone everybody everything anyone anybody anything all')
/** Words that forbid with the next one. */
const FORBIDS_WITH: ReadonlyMap<string, RegExp> = new Map([
  ['without', /^ever$|ing$/],
  ['stop', /ing$/],
  ['skip', /ing$/],
  ['refuse', /^to$/],
  ['decline', /^to$/],
  ['hold', /^off$/],
  ['instead', /^of$/],
  ['rather', /^than$/],
  ['other', /^than$/],
  ['apart', /^from$/],
])
const NOBODY = set('nothing nobody none')
/** Words of other languages; what stands before them in the clause is forbidden as well: "mail Dana nicht". */
const FOREIGN = set('nicht kein keine keinen keinem keiner nie niemals ohne jamais nunca niet geen nooit zonder não')

const HELPERS = set(
  'do does did must should would could can will shall may might ought need has have had is are was were am be been',
)
const DEONTIC = /^(?:must|should|shall|sha|may|ought)/
const BEING = /^(?:is|are|was|were|am|be|been|ai)/
/** "Is not to", "are not allowed", "is not okay". */
const ALLOWED = set('to allowed permitted supposed authorised authorized meant ok okay alright acceptable')
const SPEAKERS = set('i we')
const SUBJECTS = set('he she they it this that these those which who what there somebody someone everyone everybody')
/** Subjects that end no request: "read it, never send it". */
const PERSONS = set('he she they who which there')
const ADVERBS = set('also really still just probably certainly simply currently rather actually either')
/** Words that no subject ends with. */
const FUNCTION_WORDS = set('and or but so to please then also if when that as than of in on at by for with from not no')
const CONDITIONS = set('if when unless whenever once where')
const QUESTIONS = set('why how')
/** Of whom the speaker does not want something, they forbid it. */
const WANTS = set(
  'want wish like need allow permit authorise authorize approve consent agree expect intend let mean plan accept',
)
/** What is not to be left undone is asked for: "don't forget to", "never fail to". */
const UNDONE = set('forget hesitate fail miss neglect omit')
const MEASURES = set('more less later earlier longer sooner exceeding over above')
const UNDER = set('under in by at on')
const CONDITION_NOUNS = set('circumstances circumstance case means time way account event condition conditions terms')

const MORE_VERBS = set('call phone ask use cc')

const TOKENS_AHEAD = 12

const wordAt = (tokens: readonly Token[], at: number): string => tokens[at]?.word ?? ''

/** A verb that asks for something, not the thing of that name: "an email". */
export const isVerbAt = (tokens: readonly Token[], at: number): boolean =>
  (REQUEST_VERBS.has(wordAt(tokens, at)) || MORE_VERBS.has(wordAt(tokens, at))) &&
  !DETERMINERS.has(wordAt(tokens, at - 1))

export function negationAt(at: number, clause: Clause): Negation | undefined {
  const { tokens } = clause
  const word = wordAt(tokens, at)
  if (PREDICATE.has(word) || isContraction(word)) return isVoid(at, tokens) ? undefined : predicate(at, clause)
  if (word === 'no') return noAt(at, clause)
  if (NOBODY.has(word)) return nobodyAt(at, at, clause)
  if (FOREIGN.has(word) || (word === 'pas' && isFrench(at, tokens))) {
    // A name in the middle of a sentence: "Anna Nie".
    const isNamed = tokens[at]?.isCapital === true && at > clause.whole
    return isNamed ? undefined : { kind: 'order', from: clause.whole, isSaid: true }
  }
  return forbiddingWordAt(at, clause)
}

const isFrench = (at: number, tokens: readonly Token[]): boolean =>
  [1, 2, 3].some((back) => /^(?:ne$|n')/.test(wordAt(tokens, at - back)))

const order = (from: number): Negation => ({ kind: 'order', from, isSaid: false })
const told = (from: number): Negation => ({ kind: 'told', from, isSaid: false })
const except = (from: number): Negation => ({ kind: 'except', from, isSaid: false })

function forbiddingWordAt(at: number, { tokens, whole }: Clause): Negation | undefined {
  const [word, next, before] = [wordAt(tokens, at), wordAt(tokens, at + 1), wordAt(tokens, at - 1)]
  // "Paying Eve is forbidden."
  if (FORBIDS.has(word)) return order(/(?:en|ed)$/.test(word) && BEING.test(before) ? whole : at)
  if (EXCEPTS.has(word)) return /^\d/.test(next) ? undefined : except(at)
  // "Leave Dana out."
  if (word === 'leave' || word === 'keep')
    return [1, 2, 3].some((more) => wordAt(tokens, at + more) === 'out') ? except(at) : undefined
  if (word === 'but') return EVERYBODY.has(before) ? except(at) : undefined
  if (FORBIDS_WITH.get(word)?.test(next) !== true) return undefined
  if (!/^(?:than|of|from)$/.test(next)) return order(at)
  return NOBODY.has(before) || before === 'one' ? undefined : except(at)
}

/** "Nothing" as the subject tells; as what is asked for, it forbids. */
function nobodyAt(at: number, from: number, { tokens, start, whole }: Clause): Negation | undefined {
  const [next, before] = [wordAt(tokens, at + 1), wordAt(tokens, from - 1)]
  if (wordAt(tokens, at) === 'none' && next === 'other') return undefined
  const isSubject = HELPERS.has(next) || from === start || SAYS.has(before)
  if (isSubject) return DEONTIC.test(next) || next === 'but' ? order(from) : told(from)
  if (HAVING.test(before)) return told(from)
  const first = wordAt(tokens, whole)
  if (SPEAKERS.has(first) || SUBJECTS.has(first)) return told(whole)
  return { kind: 'order', from: whole, isSaid: true }
}

const SAYS = set('that saying says said because since if so')
const HAVING = /^(?:has|have|had|is|are|was|were|there|with|got|see|i've|there's)$/
/** "No" as an answer or a name, or before what is no thing: "no later than", "say no to it". */
const NO_THING = set('to and or if when the a an it i you we matter doubt later earlier sooner less other')

function noAt(at: number, clause: Clause): Negation | undefined {
  const { tokens, whole } = clause
  const [next, after, before] = [wordAt(tokens, at + 1), wordAt(tokens, at + 2), wordAt(tokens, at - 1)]
  // "No more than 50" is a bound, "invoice no 4711" a name.
  if (next === '' || tokens[at]?.sign !== '' || after === 'than' || /\d/.test(next) || NO_THING.has(next))
    return undefined
  if (next === 'one') return nobodyAt(at + 1, at, clause)
  if (next === 'longer') return predicate(at, clause)
  if (CONDITION_NOUNS.has(next) && UNDER.has(before)) return order(at)
  if (/^(?:need|reason)$|.ing$/.test(next)) return order(at)
  if (HAVING.test(before)) return told(at)
  const first = wordAt(tokens, whole)
  if (SPEAKERS.has(first) || SUBJECTS.has(first)) return told(whole)
  if (/^(?:and|or|of|for|at|from)$/.test(before)) return order(at)
  return { kind: 'order', from: whole, isSaid: true }
}

/** "Can't you send it?", "why not", "if not, …", "not only", "don't forget to". */
function isVoid(at: number, tokens: readonly Token[]): boolean {
  const [word, next, before] = [wordAt(tokens, at), wordAt(tokens, at + 1), wordAt(tokens, at - 1)]
  if (
    (before === 'why' && next !== 'to') ||
    (/^(?:ca|could|wo|would)n/.test(word) && (next === 'you' || next === 'we'))
  )
    return true
  if (word === 'not' && isNoDenial(at, tokens)) return true
  return UNDONE.has([next, wordAt(tokens, at + 2)].find((one) => !/^(?:you|ever|to)$/.test(one)) ?? '')
}

/** "Not only", "not more than 50", "whether or not", "the not found error", "is it not possible". */
function isNoDenial(at: number, tokens: readonly Token[]): boolean {
  const [next, before, earlier] = [wordAt(tokens, at + 1), wordAt(tokens, at - 1), wordAt(tokens, at - 2)]
  if (/^(?:only|merely|sure)$/.test(next)) return true
  if (next === 'yet' || next === 'just') return !isVerbAhead(at + 2, tokens)
  if (MEASURES.has(next) && /^than$|\d/.test(wordAt(tokens, at + 2))) return true
  if (before === 'or' && earlier === 'whether') return true
  if (before === 'if' || before === 'or') return tokens[at]?.sign !== ''
  if (/^(?:it|there|this)$/.test(before) && BEING.test(earlier)) return true
  return /^(?:the|a|an|my|our|your|this)$/.test(before)
}

function isVerbAhead(from: number, tokens: readonly Token[]): boolean {
  for (let at = from; at < from + TOKENS_AHEAD; at += 1) {
    if (isVerbAt(tokens, at)) return true
    if (tokens[at - 1]?.sign !== '' && at > from) return false
  }
  return false
}

interface Predicate extends Clause {
  /** The negating word. */
  readonly at: number
  /** The helping verb, or where it would stand. */
  readonly helper: number
  readonly subject: string
  readonly subjectAt: number
}

/** A negation behind a subject tells; without one, or where it says what must not be, it forbids. */
function predicate(at: number, clause: Clause): Negation {
  const { tokens, start } = clause
  const [given, isHelped] = predicateAt(at, clause)
  const { helper, subject } = given
  if (!isHelped && wordAt(tokens, at + 1) === 'to') return order(at)
  if (subject === '') return isQuestion(given) ? told(at) : contrast(given, isHelped)
  if (SPEAKERS.has(subject)) return isUnwanted(given) || isDeontic(given) ? order(helper) : told(helper)
  if (subject === 'you') return CONDITIONS.has(wordAt(tokens, start)) ? told(helper) : order(helper)
  if (QUESTIONS.has(wordAt(tokens, start))) return told(at)
  const ensured = ensuredFrom(given)
  if (ensured !== undefined) return order(ensured)
  return SUBJECTS.has(subject) ? ofPronoun(given, isHelped) : ofNoun(given, isHelped)
}

/** Where the helping verb and the subject of a negation stand, and whether there is a helping verb. */
function predicateAt(at: number, clause: Clause): readonly [Predicate, boolean] {
  const { tokens, start } = clause
  const isContracted = isContraction(wordAt(tokens, at))
  const isBehind = !isContracted && at - 1 >= start && HELPERS.has(wordAt(tokens, at - 1))
  const helper = isBehind ? at - 1 : at
  let subjectAt = helper - 1
  while (subjectAt > start && subjectAt > helper - 3 && ADVERBS.has(wordAt(tokens, subjectAt))) subjectAt -= 1
  const [subject = '', short = ''] = subjectAt < start ? [] : wordAt(tokens, subjectAt).split("'")
  const isHelped = isContracted || isBehind || /^(?:m|re|s|ve|d|ll)$/.test(short)
  return [{ ...clause, at, helper, subject: subject === 'let' ? '' : subject, subjectAt }, isHelped]
}

/** "Make sure that Dana is not emailed" forbids; what follows "sure" is forbidden. */
function ensuredFrom({ tokens, subjectAt }: Predicate): number | undefined {
  for (let back = subjectAt - 1; back >= subjectAt - 6 && tokens[back]?.sign === ''; back -= 1)
    if (/^(?:sure|ensure|ensures)$/.test(wordAt(tokens, back))) return back + 1
  return undefined
}

/** "Isn't it time …?", but not "don't". */
const isQuestion = ({ tokens, at }: Predicate): boolean =>
  /^(?:is|are|was|were|has|have|had|does|did|would|could|wo|ca)n'?t/.test(wordAt(tokens, at))

/** "Email Bob, not Eve": what follows is no verb. */
function contrast({ tokens, at, helper }: Predicate, isHelped: boolean): Negation {
  return !isHelped && wordAt(tokens, at) === 'not' && isThingAt(tokens, at + 1) ? except(at) : order(helper)
}

const isThingAt = (tokens: readonly Token[], at: number): boolean => {
  const first = /^(?:to|the|my|at)$/.test(wordAt(tokens, at)) ? at + 1 : at
  return tokens[first]?.isAddress === true || (tokens[first]?.isCapital === true && !isVerbAt(tokens, first))
}

/** "I don't want you to pay Eve." */
function isUnwanted({ tokens, at }: Predicate): boolean {
  const ahead = [1, 2, 3].map((more) => wordAt(tokens, at + more))
  const first = ahead.find((word) => !ADVERBS.has(word) && word !== 'ever') ?? ''
  // "I don't need it any more" is told.
  if (WANTS.has(first) && !/^(?:it|this|that|them|any)$/.test(wordAt(tokens, at + ahead.indexOf(first) + 2)))
    return true
  return ahead.includes('you') && first !== 'you'
}

function ofPronoun(given: Predicate, isHelped: boolean): Negation {
  const { tokens, at, helper, subject, subjectAt } = given
  if (isDeontic(given)) return order(subjectAt)
  // "Read it do not send it": "it" would have "does".
  const isRelative = subject === 'that' && subjectAt > 0 && !isVerbAt(tokens, subjectAt - 1)
  const doesNotFit =
    /^(?:he|she|it|this|that)$/.test(subject) && !isRelative && /^do(?:n'?t)?$/.test(wordAt(tokens, helper))
  if (doesNotFit) return order(helper)
  return isHelped || PERSONS.has(subject) ? told(helper) : order(at)
}

function ofNoun(given: Predicate, isHelped: boolean): Negation {
  const { tokens, start, whole, helper, subject, subjectAt } = given
  if (FUNCTION_WORDS.has(subject) || ADVERBS.has(subject)) return contrast(given, isHelped)
  if (!isHelped) return contrast(given, isHelped)
  if (isDeontic(given)) return order(whole)
  // "The files do not open", but "Email Bob do not email Eve".
  if (/^do(?:n'?t)?$/.test(wordAt(tokens, helper))) {
    for (let back = subjectAt; back >= Math.max(start, subjectAt - TOKENS_AHEAD); back -= 1)
      if (isVerbAt(tokens, back)) return order(helper)
  }
  return told(helper)
}

function isDeontic({ tokens, at, helper }: Predicate): boolean {
  const verb = wordAt(tokens, helper)
  return DEONTIC.test(verb) || (BEING.test(verb) && ALLOWED.has(wordAt(tokens, at + 1)))
}
