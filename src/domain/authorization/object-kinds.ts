import { CARRYING_VERBS, REQUEST_VERBS } from './request-lexicon.ts'
import type { RequestAct } from './request-acts.ts'
import { toolWords } from './tool-words.ts'
import { stem } from './value-forms.ts'

/** Nouns by what they are: a word may be of several kinds, and one that is of none is no evidence. */
const KINDS: Readonly<Record<string, string>> = {
  message: 'email mail message sms letter inbox newsletter draft tweet post comment review',
  file: 'file document folder directory draft note spreadsheet pdf photo picture image video readme code',
  memory: 'memory fact',
  event: 'event meeting calendar appointment lunch dinner interview afternoon morning evening date reminder',
  money: 'money payment transaction bill invoice rent fund fee account balance bank',
  goods: 'order product item cart basket wishlist parcel',
  lodging: 'hotel room apartment',
  table: 'table restaurant',
  journey: 'flight plane train',
  repository: 'repository repo git branch commit code',
  issue: 'issue bug ticket task todo date',
  pull: 'pull pr merge',
  profile: 'profile account bank password user info setting key token credential address',
  device: 'light lamp door garage thermostat temperature heating lock vacuum window alarm',
  subscription: 'subscription membership',
  talk: 'attention argument score question doubt visit',
}

const kindsOfWord = new Map<string, readonly string[]>()
for (const [kind, words] of Object.entries(KINDS))
  for (const word of words.split(' ')) kindsOfWord.set(word, [...(kindsOfWord.get(word) ?? []), kind])

const kindsIn = (words: readonly string[]): ReadonlySet<string> =>
  new Set(words.flatMap((word) => kindsOfWord.get(stem(word)) ?? []))

/** What a tool does something to, by the words of its id. */
export const kindsOfTool = (toolId: string): ReadonlySet<string> => kindsIn(toolWords(toolId))

/** Is what a verb governs of another kind than what the tool works on? Who sends or posts may send anything. */
export function isOfOtherKind({ verb, object, origin }: RequestAct, toolKinds: ReadonlySet<string>): boolean {
  if (toolKinds.size === 0 || CARRYING_VERBS.has(verb)) return false
  const governed = kindsIn(object)
  const kinds = governed.size > 0 ? governed : kindsIn(origin)
  return kinds.size > 0 && ![...kinds].some((kind) => toolKinds.has(kind))
}

const SHAPING = new Set('create add make update set change edit modify manage put configure register'.split(' '))

/** `create_mail_rule` makes rules, not mails: where what a tool shapes is known to no list, the user has to name it. */
export function unknownObjectOf(toolId: string, isKnown: (word: string) => boolean): string | undefined {
  const own = toolWords(toolId)
  const head = own.at(-1) ?? ''
  const verb = own.find((word) => REQUEST_VERBS.has(word)) ?? ''
  return SHAPING.has(verb) && head !== verb && !kindsOfWord.has(stem(head)) && !isKnown(head) ? stem(head) : undefined
}
