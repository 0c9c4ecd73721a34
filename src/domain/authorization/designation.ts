import type { Subject } from '../session/conversation.ts'
import type { ArgumentRole, ArgumentValue } from './argument-role.ts'
import type { Forbidden } from './forbidden-values.ts'
import { integrityRank } from './labels.ts'
import { linksFields, standsOnlyInOrders, type SourceLeaf, type SourceResult } from './read-sources.ts'
import type { RequestIntent } from './request-intent.ts'
import { BILL_WORDS } from './request-lexicon.ts'
import { isPayee, isSpokenOf } from './prose-values.ts'
import { bareUrl, hostOf, isSameSite, says, standsWhole, stem, urlsIn } from './value-forms.ts'

/** Everything that a call is judged on besides the manifest. */
export interface FlowEvidence {
  readonly intent: RequestIntent
  /** The user's messages and the system prompt. */
  readonly trusted: string
  readonly trustedHosts: readonly string[]
  readonly forbidden: Forbidden
  readonly subject: Subject | undefined
  readonly sources: readonly SourceResult[]
  /** An address in a text may be the one that the user means: not where a directory has answered. */
  readonly readsProse: boolean
  /** Some result speaks to the assistant. */
  readonly isInjected: boolean
}

/**
 * Where a value comes from. `stated`: the user or the system prompt says it; `subject`: it is the end user's own;
 * `curated`: a tool whose results the manifest trusts says it; `designated`: it stands in a result that the user's
 * words point at. The first three are a boundary; the last holds as far as the named source is honest.
 */
export type Provenance = 'stated' | 'subject' | 'curated' | 'designated'

export function provenanceOf(value: ArgumentValue, isMoney: boolean, evidence: FlowEvidence): Provenance | undefined {
  const { text, role, isId } = value
  if (isStated(text, role, evidence)) return 'stated'
  if (isOfSubject(text, evidence.subject)) return 'subject'
  const needle = text.trim().toLowerCase()
  const places = evidence.sources.flatMap((source) =>
    source.leaves
      .filter((leaf) => !leaf.isHostile && (leaf.lower.includes(needle) || isUrlIn(text, role, leaf)))
      .map((leaf) => ({ source, leaf })),
  )
  if (
    places.some(({ source, leaf }) => !source.isInjected && integrityRank(leaf.integrity) < integrityRank('untrusted'))
  )
    return 'curated'
  if (role === 'url' && isSiteByName(text, evidence)) return 'designated'
  return places.some(({ source, leaf }) => isDesignated({ needle, role, isId, isMoney, source, leaf, evidence }))
    ? 'designated'
    : undefined
}

export function isStated(text: string, role: ArgumentRole, { trusted, trustedHosts }: FlowEvidence): boolean {
  if (says(trusted, text)) return true
  if (role !== 'url') return false
  const host = hostOf(text)
  return host !== undefined && trustedHosts.some((site) => isSameSite(host, site))
}

function isOfSubject(text: string, subject: Subject | undefined): boolean {
  const value = text.trim().toLowerCase()
  return subject !== undefined && (subject.email?.toLowerCase() === value || subject.principal.toLowerCase() === value)
}

function isUrlIn(text: string, role: ArgumentRole, leaf: SourceLeaf): boolean {
  if (role !== 'url') return false
  const [bare, host] = [bareUrl(text), hostOf(text)]
  return bare !== undefined && urlsIn(leaf.text).some((url) => url === bare || hostOf(url) === host)
}

export interface Place {
  readonly needle: string
  readonly role: ArgumentRole
  readonly isId: boolean
  readonly isMoney: boolean
  readonly source: SourceResult
  readonly leaf: SourceLeaf
  readonly evidence: FlowEvidence
}

function isDesignated(place: Place): boolean {
  const { needle, role, isId, isMoney, source, leaf, evidence } = place
  const { intent } = evidence
  const isNamed = source.designated[Math.max(leaf.record, 0)] === true
  // An entry with an injected text names nobody.
  if (source.leaves.some(({ record, isHostile }) => isHostile && record === leaf.record)) return false
  if (role === 'url') return isNamed && isLinkOf(place)
  // A key or password that is set comes whole from where the user pointed, or not at all.
  if (role === 'credential') return isNamed && leaf.text.trim().toLowerCase() === needle
  // A thing is chosen from what a named source offers: a hotel of the search, an order of the list.
  if (role === 'identifier' || role === 'path')
    return isNamed && (role === 'path' || standsWhole(needle, leaf.lower)) && !standsOnlyInOrders(leaf, needle)
  const isWhole = leaf.text.trim().toLowerCase() === needle
  if (isWhole && linksFields(source, leaf.record, intent)) return true
  // An id is a field of what was named, and nothing that a text says.
  if (isId) return isNamed && isWhole
  if (isWhole) return !isMoney && role === 'recipient' && intent.isGroup
  return isNamed && isNamedInProse(place)
}

/** "Send the payment to X" on the bill that the user asks to pay. */
function isNamedInProse(place: Place): boolean {
  const { needle, isMoney, leaf, evidence } = place
  if (isMoney) return hasBill(evidence.intent) && isPayee(place)
  return evidence.readsProse && isSpokenOf(place) && !standsOnlyInOrders(leaf, needle)
}

/** "Clone it from GitHub": the user names the site without its domain. A file or a thing of that name is no site. */
export function isSiteByName(text: string, { intent, trusted }: FlowEvidence): boolean {
  const name = hostOf(text)?.split('.').at(-2) ?? ''
  const said = trusted.toLowerCase()
  return (
    name.length >= 4 &&
    intent.words.has(stem(name)) &&
    standsWhole(name, said) &&
    (intent.names.has(stem(name)) || ['from', 'on', 'at', 'via'].some((word) => standsWhole(`${word} ${name}`, said)))
  )
}

/** A link of the page's own site; to another site it is followed where the text offers it rather than orders it. */
function isLinkOf({ needle, source, leaf, evidence }: Place): boolean {
  const host = hostOf(needle)
  if (host === undefined) return false
  if (source.pages.some(({ href }) => isSameSite(host, hostOf(href) ?? ''))) return true
  const { intent } = evidence
  return intent.delegates || [...intent.words].some((word) => LINK_WORDS.has(word)) || !standsOnlyInOrders(leaf, host)
}

const LINK_WORDS = new Set(['link', 'url', 'website', 'attachment', 'homepage', 'online'])

const hasBill = ({ words }: RequestIntent): boolean => [...words].some((word) => BILL_WORDS.has(word))
