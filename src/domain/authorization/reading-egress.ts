import { isSiteByName, isStated, type FlowEvidence } from './designation.ts'
import type { SourceLeaf, SourceResult } from './read-sources.ts'
import { GENERAL_WORDS } from './request-lexicon.ts'
import { hostOf, standsWhole, urlsIn } from './value-forms.ts'

const QUERY_CHARS_MIN = 4
const WORD_CHARS_MIN = 4

/**
 * Would reading a URL carry out what the conversation holds? Not to a site that the user named, nor by a link that a result
 * holds as it is. Any other URL has no user and no query of some length, and its path and what its owner may choose of its
 * host hold nothing that looks encoded, no number or key of a result, and no word of one but of the very entry that names the
 * site. Pages of the site itself tell it nothing new. SECURITY: the site may be the attacker's.
 */
export function carriesOut(value: string, evidence: FlowEvidence): boolean {
  const { sources } = evidence
  if (isStated(value, 'url', evidence) || isLinked(value, sources)) return false
  if (value.replace(/^[^?#]*[?#]?/s, '').length >= QUERY_CHARS_MIN) return true
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined
  if (url !== undefined && url.username + url.password !== '') return true
  if (isSiteByName(value, evidence)) return false
  const carried = decoded(url === undefined ? value : `${belowSite(url.hostname)} ${url.pathname}`).toLowerCase()
  const host = hostOf(value)
  const own = sources.filter(({ hosts }) => host !== undefined && hosts.includes(host)).flatMap(({ leaves }) => leaves)
  const others = sources.filter(({ hosts }) => host === undefined || !hosts.includes(host))
  const known = [evidence.trusted, ...own.map(({ text }) => text)].join('\n').toLowerCase()
  const words = wordsOf(carried).filter((word) => !standsWhole(word, known))
  // Cut in pieces, or run together with something else.
  const joined = carried.replace(/[^\p{L}\p{N}]/gu, '')
  const codes = others.flatMap(({ leaves }) => leaves.flatMap((leaf) => leaf.codes))
  if (words.some(looksEncoded) || codes.some((code) => joined.includes(code) && !known.includes(code))) return true
  const isHeld = (word: string, leaves: readonly SourceLeaf[]): boolean =>
    leaves.some(({ lower }) => standsWhole(word, lower))
  const held = words.filter((word) => !GENERAL_WORDS.has(word) && others.some(({ leaves }) => isHeld(word, leaves)))
  if (held.length === 0) return false
  const naming = leavesNaming(host, others)
  return held.some((word) => !isHeld(word, naming))
}

/** What stands in the entries that name a site. */
function leavesNaming(host: string | undefined, sources: readonly SourceResult[]): readonly SourceLeaf[] {
  return sources.flatMap(({ leaves }) => {
    const links = leaves.filter(({ text }) => urlsIn(text, true).some((link) => hostOf(link) === host))
    const records = new Set(links.map(({ record }) => record))
    return host === undefined ? [] : leaves.filter(({ record }) => records.has(record))
  })
}

/** A link as it stands in a result, or one of a page's own site that it gives without the site. */
function isLinked(value: string, sources: readonly SourceResult[]): boolean {
  const [link, host] = [value.replace(/^https?:\/\//i, ''), hostOf(value)]
  const path = link.replace(/^[^/?#]*/, '')
  return sources.some(({ leaves, hosts }) => {
    const isOwn = path.length > 1 && host !== undefined && hosts.includes(host)
    return leaves.some(({ text }) => text.includes(link) || (isOwn && text.includes(path)))
  })
}

/** The labels that whoever owns a site chooses freely: `a` and `b` of `a.b.shop.example`. */
function belowSite(hostname: string): string {
  const labels = hostname.replace(/^www\./, '').split('.')
  return labels.slice(0, (labels.at(-2)?.length ?? 0) <= 3 ? -3 : -2).join(' ')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

const wordsOf = (text: string): readonly string[] =>
  (text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length >= WORD_CHARS_MIN)

const looksEncoded = (word: string): boolean =>
  word.length >= 24 || (word.length >= 8 && /\p{L}/u.test(word) && /\p{N}/u.test(word))
