import { affirmedWords } from './affirmed-words.ts'
import {
  CONCEPTS,
  CONFIRMING,
  DELEGATED_THINGS,
  DELEGATING_VERBS,
  DETERMINERS,
  GATHERING,
  GENERAL_WORDS,
  GROUP_WORDS,
  OPEN_WORDS,
  REQUEST_VERBS,
  type Concept,
} from './request-lexicon.ts'
import { statedValues, withoutAddresses, type StatedValue } from './stated-values.ts'
import { toolWords } from './tool-words.ts'
import { stem } from './value-forms.ts'

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
  readonly hasNumber: boolean
  /** The user hands the content of a source some say: "follow the instructions in X". */
  readonly delegates: boolean
}

const WORDS_MAX = 5_000
const SPEAKER = new Set(['me', 'us'])
const TELLING = new Set(['tell', 'send', 'give', 'write', 'show', 'text'])

export function intentOf(userTexts: readonly string[]): RequestIntent {
  const asked = userTexts.map(affirmedWords).join('\n')
  const lower = wordsIn(asked).map((token) => token.toLowerCase())
  const verbs = new Set<string>()
  for (const [index, word] of lower.entries()) {
    const before = lower[index - 1] ?? ''
    const isToSpeaker = TELLING.has(word) && SPEAKER.has(lower[index + 1] ?? '')
    if ((!DETERMINERS.has(before) || word.endsWith('ing')) && !isToSpeaker) verbs.add(word)
  }
  const stems = new Set(lower.map(stem))
  return {
    verbs,
    words: stems,
    ...topicsOf(asked),
    values: statedValues(asked),
    isGroup: lower.some((word) => GROUP_WORDS.has(word)),
    isOpen: lower.some((word) => OPEN_WORDS.has(word)),
    hasNumber: lower.some((word) => /^\d+$/.test(word)),
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
  return SOFT.has(first.name) ? found.filter(({ name }) => SOFT.has(name)).slice(0, 2) : [first]
}

/** Does the request, in the user's own words, call for what a tool does? */
export function asksFor(intent: RequestIntent, toolId: string): boolean {
  if (isConfirming(toolId)) return CONCEPTS.some((concept) => asksForConcept(intent, concept))
  const concepts = conceptsOf(toolId)
  if (concepts.some((concept) => asksForConcept(intent, concept))) return true
  const verb = verbOf(toolId)
  const objects = toolWords(toolId).filter((word) => word !== verb)
  if (intent.verbs.has(verb) && (objects.length === 0 || objects.some((word) => isNamedIn(intent, stem(word)))))
    return true
  if (!intent.delegates) return false
  return concepts.length > 0 && concepts.every(({ name }) => !NOT_DELEGATED.has(name))
}

/** `repo` is named by "repository". */
function isNamedIn({ words }: RequestIntent, object: string): boolean {
  if (words.has(object)) return true
  return object.length >= 4 && [...words].some((word) => word.startsWith(object))
}

export function asksForConcept(intent: RequestIntent, { alone, verbs, objects }: Concept): boolean {
  for (const verb of intent.verbs) {
    if (alone.has(verb)) return true
    if (!verbs.has(verb)) continue
    if (objects.has('#') && intent.hasNumber && ['send', 'give', 'return'].includes(verb)) return true
    for (const word of intent.words) if (objects.has(word)) return true
  }
  return false
}
