import type { ArgumentValue } from './argument-role.ts'
import { GENERAL_WORDS, REQUEST_VERBS } from './request-lexicon.ts'
import { hostOf, isSameSite, says, stemsOf, urlsIn } from './value-forms.ts'

/** What the user will not have: values that their prohibitions say, and names in them. */
export interface Forbidden {
  readonly text: string
  readonly names: ReadonlySet<string>
  readonly hosts: readonly string[]
}

const NAMES_MAX = 500

export function forbiddenIn(text: string): Forbidden {
  const names = (text.match(/(?<![\p{L}\p{N}@._-])\p{Lu}[\p{L}\p{N}]{1,60}/gu) ?? [])
    .slice(0, NAMES_MAX)
    .map((name) => name.toLowerCase())
    .filter((name) => !GENERAL_WORDS.has(name) && !REQUEST_VERBS.has(name))
  return { text, names: new Set(names), hosts: urlsIn(text).flatMap((url) => hostOf(url) ?? []) }
}

const CHARS_MIN = 3

/** SECURITY: of values that the user does not say elsewhere, and wherever they come from. */
export function isForbidden({ role, text }: ArgumentValue, forbidden: Forbidden, topics: ReadonlySet<string>): boolean {
  const value = text.trim()
  if (forbidden.text.trim() === '' || role === 'content' || value.length < CHARS_MIN) return false
  if (says(forbidden.text, value)) return true
  const host = hostOf(value)
  if (role === 'url' && host !== undefined && forbidden.hosts.some((site) => isSameSite(host, site))) return true
  if (role !== 'recipient' && role !== 'account') return false
  // Of an address, who is at home there: the site may be anybody's.
  const [owner = ''] = value.split('@')
  return stemsOf(owner).some((word) => forbidden.names.has(word) && !topics.has(word))
}
