import type { JsonObject } from '../../base/json.ts'
import type { Label, Manifest, Tool } from '../manifest/manifest.ts'
import type { Subject, ToolResult } from '../session/conversation.ts'
import { readRequest } from './affirmed-words.ts'
import { argumentValues, type ArgumentValue } from './argument-role.ts'
import { forbiddenIn, isForbidden } from './forbidden-values.ts'
import { isStated, provenanceOf, type FlowEvidence, type Provenance } from './designation.ts'
import { matchesPattern } from './destination-pattern.ts'
import { isRival } from './judge-rival.ts'
import { isBorrowedCommand, isChosen, isStrayThing, thingsOf } from './judge-things.ts'
import { isAboutRequest } from './prose-values.ts'
import { hasTrustedSource } from './provenance.ts'
import { egressOf } from './reading-egress.ts'
import { readSources, sentencesAbout, standsOnlyInOrders } from './read-sources.ts'
import { asksFor, conceptsOf, intentOfAffirmed, isConfirming, isDescribedBy, isGathering } from './request-intent.ts'
import { addressesIn, hostOf, isSameSite, urlsIn } from './value-forms.ts'

export interface FlowContext {
  readonly manifest: Manifest
  readonly subject: Subject | undefined
  readonly label: Label
  readonly userTexts: readonly string[]
  readonly systemTexts?: readonly string[] | undefined
  readonly toolResults: readonly ToolResult[]
  /** The JSON Schema of a tool's arguments, where it is known: names, formats and descriptions tell roles. */
  readonly schemaOf?: ((tool: string) => JsonObject | undefined) | undefined
}

export interface FlowVerdict {
  readonly decision: 'require-approval' | 'block'
  readonly rule: string
  readonly reason: string
}

export interface Flow {
  /** The user's messages, less what they forbid. */
  readonly userTexts: readonly string[]
  readonly evidence: FlowEvidence
  readonly values: readonly ArgumentValue[]
  readonly isMoney: boolean
  readonly isAsked: boolean
}

export function flowOf(tool: Tool, args: JsonObject, context: FlowContext): Flow {
  const requests = context.userTexts.map(readRequest)
  const userTexts = requests.map(({ affirmed }) => affirmed)
  const intent = intentOfAffirmed(userTexts)
  const trusted = [...userTexts, ...(context.systemTexts ?? [])].join('\n')
  const sources = readSources(context.toolResults, context.manifest, intent)
  return {
    userTexts,
    evidence: {
      intent,
      trusted,
      trustedHosts: urlsIn(trusted).flatMap((url) => hostOf(url) ?? []),
      forbidden: forbiddenIn(requests.map(({ forbidden }) => forbidden).join('\n')),
      subject: context.subject,
      sources,
      readsProse: true,
      isInjected: sources.some(({ isInjected }) => isInjected),
    },
    values: argumentValues(args, context.schemaOf?.(tool.id)).map((value) =>
      // A name and a password that sign in are things to be found; those that are set lead somewhere.
      (value.role === 'credential' || value.role === 'recipient') && isConfirming(tool.id)
        ? { ...value, role: 'identifier' }
        : value,
    ),
    isMoney: conceptsOf(tool.id)[0]?.name === 'money',
    isAsked:
      isGathering(tool.id) || asksFor(intent, tool.id) || isDescribedBy(intent, tool, context.schemaOf?.(tool.id)),
  }
}

/**
 * What the flow of values says against a call, or nothing. Reading is free but for what carries data out or follows a
 * planted order; everything else must be asked for by the user, go where the user pointed, and be free of planted values.
 */
export function judgeFlow(tool: Tool, flow: Flow, context: FlowContext): FlowVerdict | undefined {
  // What speaks to the assistant is not trusted, whatever label its tool was given.
  if (context.label.integrity !== 'untrusted' && !flow.evidence.isInjected) return undefined
  const planted = flow.values.find((value) => isPlanted(value, flow.evidence))
  if (planted !== undefined) return blockValue('planted', planted, 'comes from a text that speaks to the assistant')
  const header = flow.values.find(smuggles)
  if (header !== undefined) return blockValue('header', header, 'holds the line of a header')
  if (tool.effect === 'read') return judgeReading(tool, flow, context)
  if (context.userTexts.length === 0) return undefined
  return (
    judgeForbidden(flow) ??
    judgeRivals(tool, flow, context) ??
    judgeRequest(tool, flow) ??
    judgeOrders(flow) ??
    judgeThings(tool, flow, context) ??
    judgeInjected(tool, flow)
  )
}

/** SECURITY: a line of its own in a subject or an address is a header to whatever sends it. */
const HEADER = /[\r\n]\s{0,20}(?:b?cc|to|from|reply-to|subject|content-type)\s{0,20}:/i

const smuggles = ({ name, role, text }: ArgumentValue): boolean =>
  (role !== 'content' || isTitle(name)) && HEADER.test(text)

const block = (rule: string, reason: string): FlowVerdict => ({ decision: 'block', rule, reason })
/** For what an argument holds; its name is told, its value never. */
const blockValue = (rule: string, value: ArgumentValue, reason: string): FlowVerdict =>
  block(`${rule}.${topName(value)}`, `\`${topName(value)}\` ${reason}`)
const ask = (rule: string, reason: string): FlowVerdict => ({ decision: 'require-approval', rule, reason })
const topName = ({ name }: ArgumentValue): string => name.split('.', 1)[0] ?? name

const PLANTED_CHARS_MIN = 3

/** The value stands in a text that speaks to the assistant, and the user did not say it. */
function isPlanted({ text, role }: ArgumentValue, evidence: FlowEvidence): boolean {
  if (!evidence.isInjected || isStated(text, role, evidence)) return false
  const needle = text.trim().toLowerCase()
  if (needle.length < PLANTED_CHARS_MIN || /^[\d.,:-]{1,4}$/.test(needle)) return false
  const host = role === 'url' ? hostOf(text) : undefined
  let isElsewhere = false
  let isHere = false
  for (const { leaves } of evidence.sources)
    for (const leaf of leaves) {
      const found =
        leaf.lower.includes(needle) ||
        (host !== undefined && urlsIn(leaf.text, leaf.isHostile).some((url) => hostOf(url) === host))
      if (found && leaf.isHostile) isHere = true
      if (found && !leaf.isHostile) isElsewhere = true
    }
  // What also stands in a clean text may be that text's; where it leads somewhere, it is doubted all the same.
  return isHere && (!isElsewhere || role === 'recipient' || role === 'account' || role === 'credential')
}

/** Requests carry data out: a URL that was put together from results, or what goes with it, for a site nobody named. */
function judgeReading(tool: Tool, { values, evidence }: Flow, { schemaOf }: FlowContext): FlowVerdict | undefined {
  const found = egressOf(
    values.filter((value) => !isChosen(value, schemaOf?.(tool.id))),
    evidence,
    (value) => isOpened(value, tool),
  )
  if (found === undefined) return undefined
  const name = topName(found.value)
  const reason = `\`${name}\` would carry data to a site that the user did not name`
  return found.egress === 'block'
    ? block(`egress.${name}`, reason)
    : ask(`egress.${name}`, `needs the user’s confirmation: ${reason}`)
}

/** The manifest names the site: a pattern for any site opens none. */
const isOpened = (value: ArgumentValue, { destinations }: Tool): boolean =>
  destinations?.[topName(value)]?.allow?.some(
    (pattern) => hostOf(pattern.replace('*.', '')) !== undefined && matchesPattern(value.text, pattern),
  ) === true

function judgeForbidden({ values, evidence }: Flow): FlowVerdict | undefined {
  const { forbidden, intent } = evidence
  const value = values.find(
    (one) => isForbidden(one, forbidden, intent.topics) && !isStated(one.text, one.role, evidence),
  )
  return value && blockValue('forbidden', value, 'is what the user forbade')
}

/** SECURITY: what the user said outright is not outdone by what a result says, however well that is named. */
function judgeRivals({ destinations }: Tool, flow: Flow, context: FlowContext): FlowVerdict | undefined {
  const sources = { ...context, userTexts: flow.userTexts, directories: context.manifest.guard?.directories }
  for (const value of flow.values) {
    if (!isRival(value, flow.evidence, () => sourceOf(value, flow))) continue
    const declared = destinations?.[topName(value)]
    if (declared !== undefined && hasTrustedSource(value.text, declared, sources)) continue
    return blockValue('rival', value, 'is not the one that the user named')
  }
  return undefined
}

function judgeThings(tool: Tool, flow: Flow, { schemaOf }: FlowContext): FlowVerdict | undefined {
  const command = flow.values.find((value) => isBorrowedCommand(value, flow.evidence))
  if (command !== undefined) return blockValue('command', command, 'is a command that only a result says')
  if (tool.effect !== 'irreversible') return undefined
  const open = flow.values.filter((value) => !isChosen(value, schemaOf?.(tool.id)))
  const stray = thingsOf(tool, open).find((value) => isStrayThing(value, flow.evidence, () => sourceOf(value, flow)))
  return stray === undefined ? undefined : blockValue('thing', stray, 'is nothing that the user named')
}

function judgeRequest(tool: Tool, flow: Flow): FlowVerdict | undefined {
  if (flow.isAsked) return undefined
  const isStatedWhole =
    flow.values.length > 0 && flow.values.every(({ text, role }) => isStated(text, role, flow.evidence))
  if (tool.effect === 'write' && isStatedWhole) return undefined
  return tool.effect === 'write'
    ? ask('not-requested', 'needs the user’s confirmation: their request does not call for it')
    : block('not-requested', `a tool with effect ${tool.effect} is not called for by the user’s request`)
}

/** A thing or an address that stands only in sentences which order something: "add product Z900 as well". */
function judgeOrders({ values, evidence }: Flow): FlowVerdict | undefined {
  for (const value of values) {
    for (const text of orderable(value))
      if (isOnlyOrdered(text, evidence))
        return blockValue('ordered', value, 'comes only from a text that asks for it to be used')
  }
  return undefined
}

const isTitle = (name: string): boolean => /(?:^|[._])(?:title|subject|name|heading)$/i.test(name)

/** Which parts of a value must not come from orders alone: the thing itself, a title, the addresses inside a text. */
function orderable({ role, name, text }: ArgumentValue): readonly string[] {
  if (role === 'identifier' || role === 'path') return [text]
  if (role !== 'content') return []
  return isTitle(name) && text.length >= 5 ? [text, ...addressesIn(text)] : addressesIn(text)
}

function isOnlyOrdered(text: string, evidence: FlowEvidence): boolean {
  const needle = text.trim().toLowerCase()
  if (needle.length < 2 || isStated(text, 'identifier', evidence)) return false
  const host = hostOf(text)
  if (host !== undefined && evidence.trustedHosts.some((site) => isSameSite(host, site))) return false
  let isFound = false
  for (const source of evidence.sources)
    for (const leaf of source.leaves) {
      if (!leaf.lower.includes(needle)) continue
      const isNamed = source.designated[Math.max(leaf.record, 0)] === true && !leaf.isHostile
      const isMeant =
        isNamed &&
        (evidence.intent.delegates ||
          sentencesAbout(leaf, needle).some((sentence) => isAboutRequest(sentence, evidence.intent)))
      if (isMeant || leaf.text.trim().toLowerCase() === needle || !standsOnlyInOrders(leaf, needle)) return false
      isFound = true
    }
  return isFound
}

/**
 * After a text that speaks to the assistant, whatever the user did not say word for word is theirs to confirm. Only the
 * wording of something that they asked to have written down may be the assistant's own: it leads nowhere.
 */
function judgeInjected(tool: Tool, { values, evidence, isAsked }: Flow): FlowVerdict | undefined {
  if (!evidence.isInjected) return undefined
  const mayWord = tool.effect === 'write'
  const isOwn = ({ text, role }: ArgumentValue): boolean =>
    (mayWord && role === 'content' && addressesIn(text).length === 0) || isStated(text, role, evidence)
  if (isAsked && values.every(isOwn)) return undefined
  return ask('injected-context', 'needs the user’s confirmation: a result in this conversation speaks to the assistant')
}

const DESTINATIONS = new Set(['recipient', 'account', 'url', 'credential'])

/** The first argument that says where something goes and comes from no source that may say so. */
export function strayDestination(tool: Tool, flow: Flow): string | undefined {
  for (const value of flow.values) {
    if (!DESTINATIONS.has(value.role) || Object.hasOwn(tool.destinations ?? {}, topName(value))) continue
    if (!isSourced(value, flow)) return topName(value)
  }
  return undefined
}

const sourceOf = (value: ArgumentValue, { evidence, isMoney }: Flow): Provenance | undefined =>
  provenanceOf(value, isMoney, evidence)

const isSourced = (value: ArgumentValue, flow: Flow): boolean => sourceOf(value, flow) !== undefined

/** Does the user's own request point at every value of a declared destination? Where a trusted directory answered, no text does. */
export function isPointedAt(name: string, { destinations }: Tool, flow: Flow): boolean {
  const sources = destinations?.[name]?.from ?? []
  const hasDirectory = flow.evidence.sources.some(
    ({ tool, leaves }) =>
      sources.some((from) => `${from}.`.startsWith(`tool:${tool}.`)) &&
      leaves.some(({ integrity }) => integrity !== 'untrusted'),
  )
  const evidence = hasDirectory ? { ...flow.evidence, readsProse: false } : flow.evidence
  const own = flow.values.filter((value) => topName(value) === name)
  return (
    flow.isAsked &&
    own.length > 0 &&
    own.every((value) =>
      isSourced(value.role === 'content' ? { ...value, role: 'recipient' } : value, { ...flow, evidence }),
    )
  )
}

/** Data of the tenant may leave where the user asked for it and every destination is theirs to name. */
export function mayRelease(tool: Tool, flow: Flow): boolean {
  const leads = flow.values.filter(({ role }) => DESTINATIONS.has(role))
  if (!flow.isAsked || strayDestination(tool, flow) !== undefined) return false
  if (leads.length > 0) return true
  // An answer to a mail goes where the mail came from: its id is the end.
  const ids = flow.values.filter(({ role, isId }) => role === 'identifier' && isId)
  return ids.length > 0 && ids.every((id) => isSourced(id, flow))
}
