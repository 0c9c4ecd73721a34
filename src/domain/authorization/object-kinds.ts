import { CARRYING_VERBS, KINDS, REQUEST_VERBS, SHAPING_VERBS } from './request-lexicon.ts'
import type { RequestAct } from './request-acts.ts'
import { toolWords } from './tool-words.ts'
import { stem } from './value-forms.ts'

/** Lists of nouns of one kind. */
export type Kinds = ReadonlySet<ReadonlySet<string>>

const kindsIn = (words: readonly string[]): Kinds =>
  new Set(KINDS.filter((kind) => words.some((word) => kind.has(stem(word)))))

const isKnownNoun = (word: string): boolean => kindsIn([word]).size > 0

/** What a tool does something to, by the words of its id. */
export const kindsOfTool = (toolId: string): Kinds => kindsIn(toolWords(toolId))

/** Is what a verb governs of another kind than what the tool works on? Who sends or posts may send anything. */
export function isOfOtherKind({ verb, object, origin }: RequestAct, toolKinds: Kinds): boolean {
  if (toolKinds.size === 0 || CARRYING_VERBS.has(verb)) return false
  const governed = kindsIn(object)
  const kinds = governed.size > 0 ? governed : kindsIn(origin)
  return kinds.size > 0 && ![...kinds].some((kind) => toolKinds.has(kind))
}

/** `create_mail_rule` makes rules, not mails: where what a tool shapes is known to no list, the user has to name it. */
export function unknownObjectOf(toolId: string, isKnown: (word: string) => boolean): string | undefined {
  const own = toolWords(toolId)
  const head = own.at(-1) ?? ''
  const verb = own.find((word) => REQUEST_VERBS.has(word)) ?? ''
  return SHAPING_VERBS.has(verb) && head !== verb && !isKnownNoun(head) && !isKnown(head) ? stem(head) : undefined
}
