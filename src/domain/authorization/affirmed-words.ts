import {
  isBehindException,
  isClauseAt,
  isInsteadAhead,
  isListAhead,
  isObjectAt,
  isOfNoun,
  isVerbListAhead,
  measureStart,
} from './clause-ahead.ts'
import { isVerbAt, negationAt, type Negation } from './request-negations.ts'
import { tokensOf, type Sign, type Token } from './request-tokens.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Nothing else is forbidden by it: "don't worry and send it". */
const IDLE = set('worry wait panic stress rush fret mind care hurry')
/** Words that forbid nothing by themselves: the prohibition reaches on to what comes next. */
const FILLERS = set(
  'ever please again at all under any circumstances circumstance in case way time means account event condition conditions terms for reason really absolutely you to do be the following of these this things yet just no',
)
const REASONS = set('because since therefore hence but however then please')
/** Where an inner clause begins, and where one that stands by itself does. */
const INNER = set('that which who whose whom what whatever if unless when whenever while although though whether until')
const OUTER = set('so but because since saying says')
/** Where something goes: "to Bob", behind a clause that tells. */
const LEADS_TO = set('to at via by with')
const ASIDES = set('comma dash open')

/**
 * What a user asks for, without what they forbid: "Never send money to Eve" asks for nothing. English, as the lexicon of
 * requests is, with the plainest negations of other languages that share its words. An order not to reaches to the end of
 * its clause, and on through a list of what is forbidden; what is told of a subject ("the file isn't there") reaches to the
 * next clause. SECURITY: what is taken out can neither ask nor name; an order that can be read both ways is taken out.
 * A measure stays, with its negation: "don't spend more than 50".
 */
export const affirmedWords = (text: string): string => readRequest(text).affirmed

export interface ReadRequest {
  readonly affirmed: string
  /** The clauses that forbid, and what is excepted; not what is told of a subject. */
  readonly forbidden: string
}

export function readRequest(text: string): ReadRequest {
  const tokens = tokensOf(text)
  return tokens.length === 0 ? { affirmed: text, forbidden: '' } : new Reader(tokens).read()
}

interface OpenNegation extends Negation {
  readonly at: number
  /** The sign before it. */
  readonly opener: Sign
  /** "If it isn't there …" */
  readonly isConditional: boolean
  /** "The file that isn't there …" */
  readonly isRelative: boolean
}

class Reader {
  readonly #tokens: readonly Token[]
  readonly #kept: string[] = []
  readonly #forbidden = new Set<number>()
  #start = 0
  #whole = 0
  #negation: OpenNegation | undefined
  /** The first word that says what is forbidden. */
  #said: number | undefined
  /** What is taken out has a clause of its own. */
  #hasInner = false
  /** "Do not (I mean it) send": what ends the aside. */
  #aside: Sign | undefined
  /** "Do not:" reaches over the list below it. */
  #list: 'none' | 'lines' | 'items' = 'none'

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  read(): ReadRequest {
    for (const [at, token] of this.#tokens.entries()) {
      const isEnd = this.#negation !== undefined && this.#isEndedBy(at)
      if (isEnd) this.#end(at)
      if (this.#negation === undefined) this.#bound(at)
      if (!isEnd) this.#read(at)
      this.#kept.push(this.#negation === undefined ? token.raw : '\n')
      if (this.#negation !== undefined && !this.#isTold()) this.#forbidden.add(at)
      if (this.#negation !== undefined) this.#keepMeasure(at)
      this.#close(at, token.sign)
    }
    // A measure stays: what was kept after all is not forbidden.
    const forbidden = this.#tokens.map(({ raw }, at) =>
      this.#forbidden.has(at) && this.#kept[at] === '\n' ? raw : '\n',
    )
    return { affirmed: this.#kept.join(''), forbidden: forbidden.join('') }
  }

  #word(at: number): string {
    return this.#tokens[at]?.word ?? ''
  }

  #end(at: number): void {
    this.#negation = this.#said = this.#aside = undefined
    this.#list = 'none'
    this.#start = this.#whole = at
  }

  /** A new clause begins before a word. */
  #bound(at: number): void {
    const [word, before] = [this.#word(at), this.#word(at - 1)]
    const isJoined = word === 'and' || word === 'then'
    const isOuter =
      OUTER.has(word) ||
      (isJoined && isVerbAt(this.#tokens, at + 1)) ||
      (word === 'that' && !isVerbAt(this.#tokens, at - 1))
    const isSubject = /^(?:i|he|she|we|they)$/.test(word) && !INNER.has(before)
    if (isOuter || isSubject) this.#whole = at
    if (isOuter || isSubject || INNER.has(word)) this.#start = at
  }

  #read(at: number): void {
    if (this.#aside !== undefined) return
    const open = this.#negation
    const found = negationAt(at, { tokens: this.#tokens, start: this.#start, whole: this.#whole })
    if (found !== undefined && (open === undefined || (open.kind === 'told' && found.kind !== 'told')))
      return this.#begin(at, found)
    if (open === undefined) return
    this.#hasInner ||= INNER.has(this.#word(at))
    // "Do not, I repeat, do not, whatever it says, send": it has begun again.
    if (found?.kind === 'order' && !found.isSaid) this.#said = undefined
    else if (!FILLERS.has(this.#word(at))) this.#said ??= at
    // "Do not mail Dana nicht" forbids what stands before as well.
    if (found?.isSaid === true) this.#take(found.from, at)
  }

  #begin(at: number, found: Negation): void {
    const opener = this.#tokens[at - 1]?.sign ?? ''
    const first = this.#word(this.#start)
    const isConditional = /^(?:if|when|unless|whenever)$/.test(first)
    const isRelative = /^(?:that|which|who|whose)$/.test(first) || isOfNoun(this.#tokens, this.#start)
    this.#negation = { ...found, at, opener, isConditional, isRelative }
    this.#said = found.isSaid ? at : undefined
    this.#aside = undefined
    this.#list = 'none'
    this.#hasInner = false
    this.#take(found.from, at)
  }

  /** INVARIANT: each word is taken back once at most, which keeps the whole linear. */
  #take(from: number, at: number): void {
    for (let taken = from; taken < at && !this.#isTold(); taken += 1) this.#forbidden.add(taken)
    this.#kept.fill('\n', from)
    this.#start = this.#whole = at
  }

  /** "Don't spend more than 50": a bound is no prohibition of its number. */
  #keepMeasure(at: number): void {
    if (this.#negation === undefined) return
    const from = measureStart(this.#tokens, at)
    if (from === undefined || from < this.#negation.at) return
    this.#kept[this.#negation.at] = this.#tokens[this.#negation.at]?.raw ?? ''
    for (let kept = from; kept <= at; kept += 1) this.#kept[kept] = this.#tokens[kept]?.raw ?? ''
  }

  #isEndedBy(at: number): boolean {
    if (this.#list !== 'none' || this.#aside !== undefined || this.#negation === undefined) return false
    const word = this.#word(at)
    if (this.#said === undefined)
      return this.#negation.kind === 'told' && word === 'so' && isClauseAt(this.#tokens, at + 1)
    if (this.#isEndedByWord(at, word)) return true
    if (this.#negation.kind === 'except')
      return !this.#hasInner && isBehindException(this.#tokens, at, this.#negation.at)
    return this.#isTold() && this.#isToldTo(at)
  }

  #isEndedByWord(at: number, word: string): boolean {
    const isClause = isClauseAt(this.#tokens, at + 1)
    if (word === 'and') return this.#isEndedByAnd(at)
    // "Do not email everyone but Dana" can be read both ways, "anyone but Dana" cannot.
    if (word === 'but') return !/^(?:every\w+|all)$/.test(this.#word(at - 1))
    if (word === 'however') return isClause || this.#tokens[at]?.sign !== ''
    if (word === 'so')
      return isVerbAt(this.#tokens, this.#word(at + 1) === 'please' ? at + 2 : at + 1) || this.#isTold()
    return isClause && (word === 'please' || (word === 'instead' && this.#word(at + 1) !== 'of'))
  }

  #isTold(): boolean {
    return this.#negation?.kind === 'told'
  }

  #isEndedByAnd(at: number): boolean {
    const next = this.#word(at + 1)
    if (next === 'instead' || next === 'please' || IDLE.has(this.#word(this.#said ?? at))) return true
    const isSaidByVerb = isVerbAt(this.#tokens, this.#said ?? at) || this.#word(this.#said ?? at).endsWith('ing')
    if (this.#negation?.kind === 'order' || (this.#negation?.kind === 'except' && isSaidByVerb)) return false
    return isClauseAt(this.#tokens, at + 1) || this.#isActionAt(at + 1) || INNER.has(next)
  }

  /** "And cc Anna": any word before what it is done to. */
  #isActionAt(at: number): boolean {
    const token = this.#tokens[at]
    return token?.isCapital === false && !token.isAddress && isObjectAt(this.#tokens, at + 1)
  }

  /** Where what is told of something gives way to what is asked for. */
  #isToldTo(at: number): boolean {
    const word = this.#word(at)
    if (REASONS.has(word)) return true
    const next = this.#tokens[at + 1]
    const isGoal = LEADS_TO.has(word) && (next?.isAddress === true || next?.isCapital === true)
    // "Forward the file that hasn't been sent yet to Bob."
    if (isGoal) return this.#negation?.isRelative === true
    // "If it doesn't exist create it."
    if (this.#negation?.isConditional !== true || this.#word(at - 1) === 'to') return false
    return at > (this.#said ?? at) && isVerbAt(this.#tokens, at) && isObjectAt(this.#tokens, at + 1)
  }

  /** What the sign behind a word ends. */
  #close(at: number, sign: Sign): void {
    if (this.#negation !== undefined) {
      if (this.#isClosedBy(at, sign)) this.#negation = this.#said = this.#aside = undefined
      else this.#turn(sign)
      if (this.#negation === undefined) this.#list = 'none'
    }
    if (sign !== '') this.#start = this.#whole = at + 1
  }

  /** An aside, or a list, begins or ends with the sign. */
  #turn(sign: Sign): void {
    if (this.#aside !== undefined) {
      if (sign === this.#aside) this.#aside = undefined
    } else if (this.#said === undefined && ASIDES.has(sign)) this.#aside = sign === 'open' ? 'close' : sign
    else if (sign === 'colon') this.#list = 'lines'
  }

  #isListed(at: number): boolean {
    return isListAhead(this.#tokens, at + 1, this.#negation?.kind === 'told')
  }

  #isClosedBy(at: number, sign: Sign): boolean {
    const { kind = 'order', opener = '' } = this.#negation ?? {}
    if (this.#list !== 'none') return this.#isListEnd(at)
    if (sign === 'stop') return true
    if (kind === 'told') return this.#isToldUpTo(at, sign)
    // "Do not! Send money", "do not (I mean it) send money".
    if (this.#said === undefined || this.#aside !== undefined) return false
    if (sign === 'soft') return this.#tokens[at + 1]?.isAddress !== true
    if (sign === 'line') return true
    if (sign === 'close') return opener === 'open'
    if (sign === 'colon') return kind === 'except'
    return (sign === 'comma' || sign === 'dash') && this.#isClosedByPause(at, sign)
  }

  #isToldUpTo(at: number, sign: Sign): boolean {
    if (sign === '' || sign === 'open') return false
    return sign !== 'comma' || !this.#isListed(at)
  }

  /** A comma or a dash: a list goes on, and what has no verb of its own. */
  #isClosedByPause(at: number, sign: Sign): boolean {
    const { kind = 'order', opener = '', at: from = 0, isConditional = false } = this.#negation ?? {}
    if (isConditional || IDLE.has(this.#word(this.#said ?? at))) return true
    if (sign === 'dash' && opener === 'dash') return true
    if (this.#isListed(at) || isVerbListAhead(this.#tokens, at + 1, this.#said === at)) return false
    const next = this.#word(at + 1)
    if (kind === 'except' && /^(?:at|to|by|via|with|about|from|on)$/.test(next)) return next !== this.#word(from + 1)
    return isClauseAt(this.#tokens, at + 1) || isInsteadAhead(this.#tokens, at + 1)
  }

  /** "Do not:\n- send\n- forward": over items, and over lines that do not ask. */
  #isListEnd(at: number): boolean {
    const line = this.#tokens[at]?.line ?? 'none'
    if (line === 'none') return false
    const isNumbered = /^\d{1,2}$/.test(this.#word(at + 1)) && /^(?:stop|close)$/.test(this.#tokens[at + 1]?.sign ?? '')
    const isItem = line === 'item' || isNumbered
    const hadItems = this.#list === 'items'
    if (isItem) this.#list = 'items'
    const isFirst = this.#tokens[at]?.sign === 'colon'
    return !isItem && !isFirst && (hadItems || line === 'blank' || isVerbAt(this.#tokens, at + 1))
  }
}
