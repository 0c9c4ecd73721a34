import { canonicalView } from '../detection/canonical-view.ts'
import { readOnce } from './read-once.ts'
import type { SourceLeaf } from './read-sources.ts'
import { CONCEPTS, GENERAL_WORDS } from './request-lexicon.ts'

/** What of a result would tell somebody else something, in its canonical form. */
export interface TellingWords {
  /** Runs of letters and digits, longer ones by their beginning. */
  readonly words: ReadonlySet<string>
  /** What a text calls a password, a key, a code; without signs. */
  readonly secrets: ReadonlySet<string>
  /** The text of each leaf. */
  readonly texts: readonly string[]
}

export const TELLING_CHARS_MAX = 40
export const TELLING_CHARS_MIN = 4
const CODE_CHARS_MIN = 5
const NAME_CHARS_MIN = 6

export const plainText = (text: string): string => canonicalView(text).text.toLowerCase()
export const isGeneral = (word: string): boolean => GENERAL_WORDS.has(word)

/** Numbers, keys, references. */
export const isCode = (word: string): boolean => word.length >= CODE_CHARS_MIN && /\p{N}/u.test(word)

/** Long enough to be known again inside something else, and no word that requests are made of. */
export const isName = (word: string): boolean => word.length >= NAME_CHARS_MIN && !COMMON.has(word)

const COMMON: ReadonlySet<string> = new Set([
  ...GENERAL_WORDS,
  ...CONCEPTS.flatMap(({ tool, alone, verbs, objects }) => [...tool, ...alone, ...verbs, ...objects]),
])

const WORD = new RegExp(`[\\p{L}\\p{N}]{${TELLING_CHARS_MIN},}`, 'gu')

/** Each result is read once, and only when a call leads outside. */
export const tellingWords = readOnce((leaves: readonly SourceLeaf[]): TellingWords => {
  const [words, secrets] = [new Set<string>(), new Set<string>()]
  const texts = leaves.map(({ text }) => plainText(text))
  for (const [at, text] of texts.entries()) {
    for (const [word] of text.matchAll(WORD)) words.add(word.slice(0, TELLING_CHARS_MAX))
    for (const value of secretsIn(text, leaves[at]?.path ?? [])) {
      const own = value.replace(/[^\p{L}\p{N}]/gu, '').slice(0, TELLING_CHARS_MAX)
      if (own.length >= TELLING_CHARS_MIN && !isGeneral(own)) secrets.add(own)
    }
  }
  return { words, secrets, texts }
})

/** Much is called a code, a token or a key: of these only what has a digit counts. */
const WEAK = '(?:code|token|key)s?'
const NAME = `pass ?(?:word|wd|phrase|code)s?|pwd|pin|otp|secrets?|credentials?|(?:(?:api|access|private|ssh|security)[ _-]?)?${WEAK}`
const SECRET_NAME = new RegExp(`(?<![\\p{L}\\p{N}])(?:${NAME})(?![\\p{L}\\p{N}])`, 'gu')
const SECRET_KEY = new RegExp(`(?<![^_ -])(?:${NAME})$`)
const IS_WEAK = new RegExp(`^${WEAK}$`)
/** "the code for the vault is …", `password: …`, "password …". */
const SAID =
  /^(?:(?:["'\]]{0,2}\s{1,3}[\p{L}\p{N}'’-]{1,30}){0,5}?["'\]]{0,2}\s{0,3}([:=]|->|(?<=\s)(?:is|was|are)\s)|\s)[\s>]{0,3}([^,;!?\n]{1,80})/u
const SECRETS_MAX = 2_000

/** What stands behind the name of a secret, or in a field of such a name. */
function secretsIn(text: string, path: readonly string[]): readonly string[] {
  const found: string[] = []
  const take = (name: string, value: string): void => {
    for (const word of [value.slice(0, TELLING_CHARS_MAX), ...value.split(/\s+/, 6)])
      if (!IS_WEAK.test(name) || /\p{N}/u.test(word)) found.push(word)
  }
  const key = SECRET_KEY.exec((path.at(-1) ?? '').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase())
  if (key !== null) take(key[0], text)
  for (const { 0: name, index } of text.matchAll(SECRET_NAME)) {
    if (found.length > SECRETS_MAX) break
    const [, sign, value = ''] = SAID.exec(text.slice(index + name.length, index + name.length + 300)) ?? []
    // Without a sign only the next word.
    take(name, value.split(sign === undefined ? /\s/ : /\.(?:\s|$)/, 1)[0] ?? '')
  }
  return found
}
