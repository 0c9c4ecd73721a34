const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const AUXILIARY =
  /^(?:ca|do|does|did|must|should|would|could|wo|sha|need|may|might|ought|dare|has|have|had|is|are|was|were|ai)n['’]?t$/
const FORBIDS = set(
  'not never cannot nor neither avoid avoiding refrain abstain except forbid forbids forbidden prohibit prohibits prohibited',
)
/** Words that forbid with the next one. */
const FORBIDS_WITH: Readonly<Record<string, RegExp>> = {
  no: /^(?:need|reason|longer|more|\w+ing)$/,
  without: /^ever$|ing$/,
  stop: /ing$/,
  skip: /ing$/,
  refuse: /^to$/,
  instead: /^of$/,
  rather: /^than$/,
  other: /^than$/,
  apart: /^from$/,
}
/** Words that forbid what stands before them in the clause as well: "send nothing", "mail Dana nicht". */
const FORBIDS_ALL = set(
  'nothing nobody none nicht kein keine keinen keinem keiner nie niemals ohne jamais nunca niet geen nooit zonder não',
)
/** What is not to be left undone is asked for: "don't forget to", "never fail to". */
const UNDONE = set('forget hesitate fail miss neglect omit')
/** Nothing else is forbidden by it: "don't worry and send it". */
const IDLE = set('worry wait panic stress rush fret mind care hurry')
/** Words that forbid nothing by themselves: the prohibition reaches on to what comes next. */
const FILLERS = set(
  'ever please again at all under any circumstances circumstance in case way time for reason really absolutely you to do be the following of these this things',
)
/** What ends a prohibition inside its clause. */
const ENDS = set('but instead however please then')
const AND_ENDS = set('then just also now please instead')

const UNDER = set('under in by at')
/** Words that make of "not" a bound or an addition. */
const BOUNDS = set('only just merely sure yet more less later earlier longer exceeding')
const HELPERS = set('do does did must should would could can will shall may might')

const LIST_MAX = 10

/**
 * What a user asks for, without what they forbid: "Never send money to Eve" asks for nothing. English, as the lexicon of
 * requests is, with the plainest negations of other languages that share its words. A prohibition reaches to the end of its
 * clause, and on through a list of what is forbidden. SECURITY: what is taken out can neither ask nor name; where a clause
 * can be read both ways, it is taken out.
 */
export function affirmedWords(text: string): string {
  return new Reader(text).read()
}

class Reader {
  readonly #chunks: readonly string[]
  readonly #words: readonly string[]
  readonly #kept: string[] = []
  #clauseStart = 0
  #isForbidden = false
  /** Something has been forbidden, and not only that something is. */
  #isSaid = false
  #isIdle = false
  /** "Do not:" reaches over the list below it. */
  #isList = false

  constructor(text: string) {
    // White space belongs to the word before it.
    this.#chunks = text.match(/\S+\s*|^\s+/g) ?? []
    this.#words = this.#chunks.map((chunk) => chunk.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
  }

  read(): string {
    for (const [at, chunk] of this.#chunks.entries()) {
      if (this.#isForbidden) this.#isForbidden = !this.#isEndedBy(at)
      const isBefore = this.#isForbidden
      if (!isBefore && this.#forbids(at)) this.#begin(at)
      else if (isBefore) this.#take(at)
      this.#kept.push(this.#isForbidden ? '\n' : chunk)
      this.#close(at, chunk)
    }
    return this.#kept.join('')
  }

  #word(at: number): string {
    return this.#words[at] ?? ''
  }

  #begin(at: number): void {
    this.#isForbidden = true
    this.#isSaid = this.#isIdle = this.#isList = false
    // "Do" and "must" belong to their "not".
    if (HELPERS.has(this.#word(at - 1))) this.#kept[at - 1] = '\n'
    if (this.#forbidsAll(at)) this.#forbidClause(at)
  }

  #forbidClause(at: number): void {
    this.#isSaid = true
    this.#kept.fill('\n', this.#clauseStart)
    this.#clauseStart = at
  }

  #take(at: number): void {
    const word = this.#word(at)
    if (word === '' || FILLERS.has(word)) return
    if (!this.#isSaid) this.#isIdle = IDLE.has(word)
    this.#isSaid = true
    if (this.#forbidsAll(at)) this.#forbidClause(at)
  }

  #forbidsAll(at: number): boolean {
    const word = this.#word(at)
    const isFrench = word === 'pas' && [1, 2, 3].some((back) => /^(?:ne$|n['’])/.test(this.#word(at - back)))
    return FORBIDS_ALL.has(word) || isFrench || (word === 'one' && this.#word(at - 1) === 'no')
  }

  #forbids(at: number): boolean {
    const [word, next, before] = [this.#word(at), this.#word(at + 1), this.#word(at - 1)]
    if (this.#forbidsAll(at)) return true
    // "No more than 50" is a bound.
    if (FORBIDS_WITH[word]?.test(next) === true) return this.#word(at + 2) !== 'than'
    if (word === 'no') return UNDER.has(before)
    return (AUXILIARY.test(word) || FORBIDS.has(word)) && !this.#isVoid(at)
  }

  /** "Can't you send it?", "why not", "if not, …", "not only", "don't forget to". */
  #isVoid(at: number): boolean {
    const [word, next, before] = [this.#word(at), this.#word(at + 1), this.#word(at - 1)]
    if (before === 'why' || (/^(?:ca|could|wo|would)n/.test(word) && (next === 'you' || next === 'we'))) return true
    if (word === 'not' && (BOUNDS.has(next) || (before === 'or' && this.#word(at - 2) === 'whether'))) return true
    if (word === 'not' && (before === 'if' || before === 'or') && isClosed(this.#chunks[at] ?? '')) return true
    return UNDONE.has([next, this.#word(at + 2)].find((one) => !/^(?:you|ever|to)$/.test(one)) ?? '')
  }

  #isEndedBy(at: number): boolean {
    const word = this.#word(at)
    if (!this.#isSaid || this.#isList) return false
    if (word === 'and') return this.#isIdle || AND_ENDS.has(this.#word(at + 1))
    return ENDS.has(word) && !(word === 'instead' && this.#word(at + 1) === 'of')
  }

  /** What the signs and the line's end behind a word end. */
  #close(at: number, chunk: string): void {
    const next = this.#chunks[at + 1] ?? ''
    const isItem = /^(?:[-*•·]|\d{1,2}[.)])\s/.test(next)
    if (/:\s*$/.test(chunk)) this.#isList = this.#isForbidden
    if (this.#isList) this.#isForbidden = !chunk.includes('\n') || isItem || /:\s*$/.test(chunk)
    else if (/[.!?;…]["'”’)\]]*\s*$/.test(chunk) || (chunk.includes('\n') && !/^\p{Ll}/u.test(next)))
      this.#isForbidden = false
    else if (isClosed(chunk)) this.#isForbidden &&= !this.#isSaid || this.#isListed(at + 1, LIST_MAX)
    if (!this.#isForbidden) this.#isList = false
    if (isClosed(chunk) || chunk.includes('\n')) this.#clauseStart = at + 1
  }

  /** "Do not delete, move or rename": the list goes on. */
  #isListed(at: number, left: number): boolean {
    if (left === 0) return true
    if (/^n?or$/.test(this.#word(at)) || /^n?or$/.test(this.#word(at + 1))) return true
    return /,\s*$/.test(this.#chunks[at] ?? '') && this.#isListed(at + 1, left - 1)
  }
}

/** Signs that end a clause, or a dash by itself. */
const isClosed = (chunk: string): boolean => /[.!?;:,…)—]["'”’]*\s*$|^[–—-]+\s*$/.test(chunk)
