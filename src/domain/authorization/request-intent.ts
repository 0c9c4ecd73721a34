import type { JsonObject } from '../../base/json.ts'
import type { Tool } from '../manifest/manifest.ts'
import { affirmedWords } from './affirmed-words.ts'
import {
  CONCEPTS,
  CONFIRMING,
  DELEGATED_THINGS,
  DELEGATING_VERBS,
  GATHERING,
  GENERAL_WORDS,
  GROUP_WORDS,
  OPEN_WORDS,
  REQUEST_VERBS,
  type Concept,
} from './request-lexicon.ts'
import { isOfOtherKind, kindsOfTool, type Kinds, unknownObjectOf } from './object-kinds.ts'
import { actsOf, clausesOf, type RequestAct, type RequestClause } from './request-acts.ts'
import { statedValues, withoutAddresses, type StatedValue } from './stated-values.ts'
import { toolWords } from './tool-words.ts'
import { stem, stemsOf } from './value-forms.ts'

/** What the user's own words ask for; what they forbid is not asked for. Only trusted text goes in: nothing that a tool returned can ask for anything. */
export interface RequestIntent {
  readonly verbs: ReadonlySet<string>
  readonly words: ReadonlySet<string>
  /** Words that can tie an entry of a result to the request: names and subjects, not "please" or "file", and no part of an address. */
  readonly topics: ReadonlySet<string>
  /** Topics that are written like names. */
  readonly names: ReadonlySet<string>
  /** Addresses, files and ids that are said whole. */
  readonly values: readonly StatedValue[]
  /** Several people are spoken of together. */
  readonly isGroup: boolean
  /** Several things are spoken of, or others than those that are said. */
  readonly isOpen: boolean
  readonly acts: readonly RequestAct[]
  readonly clauses: readonly RequestClause[]
  /** The user hands the content of a source some say: "follow the instructions in X". */
  readonly delegates: boolean
}

const WORDS_MAX = 5_000
export const intentOf = (userTexts: readonly string[]): RequestIntent => intentOfAffirmed(userTexts.map(affirmedWords))

/** The same of texts without what they forbid. */
export function intentOfAffirmed(userTexts: readonly string[]): RequestIntent {
  const asked = userTexts.join('\n')
  const lower = wordsIn(asked).map((token) => token.toLowerCase())
  const acts = actsOf(asked)
  const verbs = new Set(acts.map(({ verb }) => verb))
  const stems = new Set(lower.map(stem))
  return {
    verbs,
    words: stems,
    ...topicsOf(asked),
    values: statedValues(asked),
    isGroup: lower.some((word) => GROUP_WORDS.has(word)),
    isOpen: lower.some((word) => OPEN_WORDS.has(word)),
    acts,
    clauses: clausesOf(asked),
    delegates: handsOn(verbs, stems) || AS_SAID.test(asked.replace(/\s+/g, ' ').toLowerCase()),
  }
}

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]{1,3})?|[$€£]/gu
/** A short word with a capital that begins no sentence: "Answer Jo". */
const SHORT_NAMES = /(?<=[\p{Ll}\p{N},] )\p{Lu}\p{Ll}(?![\p{L}\p{N}'’])/gu

const wordsIn = (text: string): readonly string[] => (text.match(WORD) ?? []).slice(0, WORDS_MAX)

function topicsOf(asked: string): Pick<RequestIntent, 'topics' | 'names'> {
  const topics = new Set<string>()
  const names = new Set<string>()
  const said = withoutAddresses(asked)
  for (const name of said.match(SHORT_NAMES) ?? [])
    if (!GENERAL_WORDS.has(name.toLowerCase())) topics.add(name.toLowerCase())
  for (const token of wordsIn(said)) {
    const word = token.toLowerCase()
    const plain = stem(word.replace(/['’].*$/u, ''))
    const isTopic = plain.length >= 3 || (plain.length === 2 && token === token.toUpperCase())
    if (!isTopic || GENERAL_WORDS.has(word) || GENERAL_WORDS.has(plain)) continue
    topics.add(plain)
    if (plain.length >= 3 && /^\p{Lu}/u.test(token)) names.add(plain)
  }
  return { topics, names }
}

const AS_SAID =
  /\b(?:accordingly|according to|as (?:described|instructed|requested|specified|asked|listed|explained))\b/

const handsOn = (verbs: ReadonlySet<string>, words: ReadonlySet<string>): boolean =>
  [...verbs].some((verb) => DELEGATING_VERBS.has(verb)) && [...words].some((word) => DELEGATED_THINGS.has(word))

/** Concepts that a request does not hand on by pointing at a text: they must be asked for in the user's own words. */
const NOT_DELEGATED = new Set(['money', 'credential', 'delete', 'share', 'purchase'])

/** The word that says what a tool does: `git_get_keys` gets. */
function verbOf(toolId: string): string {
  const own = toolWords(toolId)
  return own.find((word) => REQUEST_VERBS.has(word)) ?? own[0] ?? ''
}

/** Tools that bring something in: reading and downloading. */
export const isGathering = (toolId: string): boolean => GATHERING.has(verbOf(toolId))

/** Tools that sign in or confirm: steps of what was asked for, whatever that is. */
export const isConfirming = (toolId: string): boolean => CONFIRMING.has(verbOf(toolId))

/** What writes to people, publishes, or keeps things overlaps; the grave concepts stand alone. */
const SOFT = new Set([
  'publish',
  'message',
  'work item',
  'web form',
  'profile',
  'file',
  'booking',
  'calendar',
  'purchase',
])

export function conceptsOf(toolId: string): readonly Concept[] {
  const own = toolWords(toolId)
  const all = CONCEPTS.filter(({ tool }) => own.some((word) => tool.has(word)))
  // "transfer" is money only where nothing else is transferred.
  const isOther = all.length > 1 && !own.some((word) => word !== 'transfer' && CONCEPTS[0]?.tool.has(word) === true)
  const found = isOther && all[0]?.name === 'money' ? all.slice(1) : all
  const [first] = found
  if (first === undefined) return []
  if (!SOFT.has(first.name)) return [first]
  const soft = found.filter(({ name }) => SOFT.has(name))
  const verb = verbOf(toolId)
  // A reply is a message, whatever it is to.
  return soft.filter(({ name, tool }, at) => at < 2 || (name === 'message' && tool.has(verb)))
}

/** Does the request, in the user's own words, call for what a tool does? */
export function asksFor(intent: RequestIntent, toolId: string): boolean {
  if (isConfirming(toolId)) return CONCEPTS.some((concept) => asksForConcept(intent, concept, new Set()))
  const kinds = kindsOfTool(toolId)
  const concepts = conceptsOf(toolId)
  const unknown = unknownObjectOf(toolId, (word) => CONCEPTS.some(({ tool }) => tool.has(word)))
  if (unknown !== undefined && !isNamedIn(intent, unknown)) return intent.delegates && mayBeDelegated(concepts)
  if (concepts.some((concept) => asksForConcept(intent, concept, kinds))) return true
  const verb = verbOf(toolId)
  const objects = toolWords(toolId).filter((word) => word !== verb)
  const isNamed = objects.length === 0 || objects.some((word) => isNamedIn(intent, stem(word)))
  if (isNamed && intent.acts.some((act) => act.verb === verb && !isOfOtherKind(act, kinds))) return true
  return intent.delegates && mayBeDelegated(concepts)
}

const mayBeDelegated = (concepts: readonly Concept[]): boolean =>
  concepts.length > 0 && concepts.every(({ name }) => !NOT_DELEGATED.has(name))

/** `repo` is named by "repository". */
function isNamedIn({ words }: RequestIntent, object: string): boolean {
  if (words.has(object)) return true
  return object.length >= 4 && [...words].some((word) => word.startsWith(object))
}

function asksForConcept(intent: RequestIntent, { alone, verbs, objects }: Concept, kinds: Kinds): boolean {
  for (const act of intent.acts) {
    if (isOfOtherKind(act, kinds)) continue
    if (alone.has(act.verb)) return true
    if (!verbs.has(act.verb)) continue
    if (objects.has('#') && isSum(act, intent)) return true
    for (const word of intent.words) if (objects.has(word)) return true
  }
  return false
}

/** "Send 50 to Anna", and not "send 3 photos": a number that counts nothing is money, and so is what an account is to have. */
function isSum({ verb, object }: RequestAct, { values }: RequestIntent): boolean {
  if (!['send', 'give', 'return', 'venmo'].includes(verb)) return false
  return /^\d+$/.test(object.at(-1) ?? '') || values.some(({ shape }) => shape === 'account')
}

const CONTENT_CHARS_MIN = 4

/**
 * Does a clause that says what to do share the words by which the release describes a tool? One that says what it does to what
 * for something that can be undone, two for everything else. SECURITY: the description is the release's own.
 */
export function isDescribedBy(intent: RequestIntent, tool: Tool, schema: JsonObject | undefined): boolean {
  const description = typeof schema?.description === 'string' ? schema.description.slice(0, 500) : ''
  const [does = ''] = description.split(/[.;:(]|\b(?:that|which|when|if|so|using|by|through|via)\b/, 1)
  const own = new Set(
    [...toolWords(tool.id), ...stemsOf(does)].filter(
      (word) => word.length >= CONTENT_CHARS_MIN && !GENERAL_WORDS.has(word) && !PLAIN_TOOL_WORDS.has(word),
    ),
  )
  const kinds = kindsOfTool(tool.id)
  return intent.clauses.some((clause) => {
    if (clause.isReading || isOfOtherKind(clause, kinds)) return false
    const said = new Set(clause.words.map(stem))
    return [...own].filter((word) => said.has(word)).length >= (tool.effect === 'write' ? 1 : 2)
  })
}

/** They tell no tool from another. */
const PLAIN_TOOL_WORDS = new Set(['user', 'given', 'specified', 'existing', 'another', 'something'])
