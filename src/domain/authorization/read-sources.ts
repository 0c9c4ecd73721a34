import type { JsonObject } from '../../base/json.ts'
import type { Integrity, Manifest } from '../manifest/manifest.ts'
import type { ToolResult } from '../session/conversation.ts'
import { argumentValues } from './argument-role.ts'
import { labelOfField } from './labels.ts'
import { isOrder, sentencesOf, speaksToAssistant } from './planted-orders.ts'
import type { RequestIntent } from './request-intent.ts'
import { readOnce } from './read-once.ts'
import { readResult, TEXT_CHARS_MAX, type Leaf } from './result-text.ts'
import { isAddress } from './stated-values.ts'
import { bareUrl, hostOf, says, standsWhole, stemsOf, urlsIn } from './value-forms.ts'

export interface SourceLeaf extends Leaf {
  readonly lower: string
  /** The text speaks to the assistant: nothing in it is believed. */
  readonly isHostile: boolean
  readonly integrity: Integrity
}

interface Reading {
  readonly leaves: readonly SourceLeaf[]
  /** Words of each entry's short fields, which say whom and what it is about; bodies do not count. */
  readonly fieldWords: readonly ReadonlySet<string>[]
  readonly allWords: readonly ReadonlySet<string>[]
  /** The whole text of each entry, in lower case. */
  readonly texts: readonly string[]
  readonly isInjected: boolean
}

export interface SourceResult extends Reading {
  readonly tool: string
  /** The user named this source, or it was reached from one that the user named: per entry. */
  readonly designated: readonly boolean[]
  /** What it was called with. */
  readonly given: readonly string[]
  /** The URLs that it was called with: the pages that it is. */
  readonly pages: readonly URL[]
}

const FIELD_CHARS_MAX = 80

/** Each result is read once per manifest. */
const readingsOf = readOnce((manifest: Manifest) => readOnce((result: ToolResult) => read(result, manifest)))

function read(result: ToolResult, manifest: Manifest): Reading {
  const toolIds = (manifest.components.tools ?? []).map(({ id }) => id)
  const tool = manifest.components.tools?.find(({ id }) => id === result.tool)
  const { leaves, records } = readResult(result.text, result.value)
  const judged = leaves.map((leaf) => ({
    ...leaf,
    lower: leaf.text.toLowerCase(),
    isHostile: leaf.text.length >= 12 && speaksToAssistant(leaf.text, toolIds),
    integrity: labelOfField(tool, leaf.path).integrity,
  }))
  // An order may be cut in two by a field's end: then the text as a whole speaks, and every leaf of it is suspect.
  const isWhole = !judged.some(({ isHostile }) => isHostile) && speaksToAssistant(result.text, toolIds)
  const count = Math.max(records.length, 1)
  const fieldWords = Array.from({ length: count }, () => new Set<string>())
  for (const { record, text } of judged)
    if (text.length <= FIELD_CHARS_MAX) for (const word of stemsOf(text)) fieldWords[Math.max(record, 0)]?.add(word)
  return {
    leaves: isWhole ? judged.map((leaf) => ({ ...leaf, isHostile: true })) : judged,
    fieldWords,
    allWords: records.map((record) => new Set(stemsOf(record))),
    texts: records.map((record) => record.toLowerCase()),
    isInjected: isWhole || result.text.length > TEXT_CHARS_MAX || judged.some(({ isHostile }) => isHostile),
  }
}

const overlaps = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean => {
  for (const word of left) if (right.has(word)) return true
  return false
}

/** Do the short fields of an entry speak of what the request is about? "Bob" is also the one of `bobolive`. */
export function linksFields(source: SourceResult, record: number, intent: RequestIntent): boolean {
  const words = source.fieldWords[Math.max(record, 0)] ?? new Set()
  if (overlaps(intent.topics, words)) return true
  const isField = (leaf: SourceLeaf): boolean =>
    leaf.record === Math.max(record, 0) && leaf.text.length <= FIELD_CHARS_MAX
  for (const address of addressesSaid(intent))
    if (source.leaves.some((leaf) => isField(leaf) && standsWhole(address, leaf.lower))) return true
  for (const name of intent.names) for (const word of words) if (word.startsWith(name)) return true
  return false
}

const addressesSaid = ({ values }: RequestIntent): readonly string[] =>
  values.flatMap(({ text, shape }) => (isAddress(shape) ? text : []))

/** All results so far, with what the user's words point at. In order: a link on a named page leads to a named page. */
export function readSources(
  results: readonly ToolResult[],
  manifest: Manifest,
  intent: RequestIntent,
): readonly SourceResult[] {
  const reached = new Set<string>()
  const sources: SourceResult[] = []
  const addresses = addressesSaid(intent)
  for (const result of results) {
    const reading = readingsOf(manifest)(result)
    const given = scalarsOf(result.arguments)
    const isNamed =
      given.some((text) => addresses.some((address) => says(address, text))) ||
      given.some((text) => stemsOf(text).some((word) => intent.topics.has(word))) ||
      given.some((text) => reached.has(text.toLowerCase()) || reached.has(bareUrl(text) ?? '\0')) ||
      given.some((text) => reached.has(hostOf(text) ?? '\0') || reached.has(nameOf(text)))
    const designated = reading.fieldWords.map(
      (_, record) =>
        isNamed ||
        overlaps(intent.topics, reading.allWords[record] ?? new Set()) ||
        addresses.some((address) => standsWhole(address, reading.texts[record] ?? '')),
    )
    const source: SourceResult = {
      ...reading,
      tool: result.tool,
      designated,
      given,
      pages: pagesOf(result.arguments).map((page) => new URL(page)),
    }
    sources.push(source)
    for (const leaf of source.leaves) if (designated[Math.max(leaf.record, 0)] === true) reach(leaf, reached)
  }
  return sources
}

const REACHED_MAX = 5_000

/** What a named entry leads to: its links, its ids, the files it speaks of. */
function reach(leaf: SourceLeaf, reached: Set<string>): void {
  if (leaf.isHostile || reached.size > REACHED_MAX) return
  if (leaf.text.length <= FIELD_CHARS_MAX) reached.add(leaf.lower.trim())
  for (const url of urlsIn(leaf.text)) {
    reached.add(url)
    reached.add(hostOf(url) ?? url)
  }
  for (const token of leaf.lower.slice(0, 20_000).split(/\s+/, 2_000))
    if (/^[\w-]{2,80}\.[a-z0-9]{1,5}$/.test(token)) reached.add(token)
}

const SEARCHED = /(?:\bq|terms?|words?|phrase|prompt|input|search)$/i

/**
 * SECURITY: a page of a site may tell it what it says; a file of that name, or what was searched for there, is no page of it.
 * Of a call with two sites nobody can say whose page its result is.
 */
function pagesOf(args: JsonObject | undefined): readonly string[] {
  const pages: string[] = []
  for (const { role, name, text } of argumentValues(args ?? {}, undefined)) {
    const written = text.trim()
    const hasScheme = /^https?:\/\//i.test(written)
    if (role !== 'url' && (!hasScheme || role === 'content' || SEARCHED.test(name))) continue
    const page = hasScheme ? written : `https://${written}`
    // A bare name with the ending of a file is one.
    if (/^\S{1,2000}$/.test(written) && urlsIn(written).length === 1 && URL.canParse(page)) pages.push(page)
  }
  return new Set(pages.map(hostOf)).size === 1 ? pages : []
}

const nameOf = (path: string): string => path.toLowerCase().split('/').at(-1) ?? ''

/** The texts and numbers of call arguments, at any depth. */
export const scalarsOf = (args: JsonObject | undefined): readonly string[] =>
  argumentValues(args ?? {}, undefined).map(({ text }) => text)

const LABEL =
  /(?:^|[\s"'*>|;,.([])(?:e-?mail|mail|address|contact|account|iban|phone|tel|mobile|website|web|url|link|number|payee|beneficiary|recipient|username|id|sender|from)(?: [\w-]{1,20}){0,2}\s{0,2}[:=]\s{0,3}["'<(]?$/

const NAMED_CODE = /\b(?:code|coupon|voucher|otp|pin|password|username)(?: is)?\s{1,3}["'<(*]{0,2}$/

/** `Email: x`, `Lily White <x>`: the text introduces the value as somebody's, whatever else its sentence says. */
export function isIntroduced(leaf: SourceLeaf, needle: string): boolean {
  for (
    let at = leaf.lower.indexOf(needle), tries = 0;
    at >= 0 && tries < 50;
    at = leaf.lower.indexOf(needle, at + 1), tries++
  ) {
    const before = leaf.lower.slice(Math.max(0, at - 60), at)
    if (LABEL.test(before) || NAMED_CODE.test(before) || /\p{L}\s{0,2}[(<]$/u.test(before)) return true
  }
  return false
}

/** Every place where a leaf says a value stands in a sentence that orders something. */
export function standsOnlyInOrders(leaf: SourceLeaf, needle: string): boolean {
  if (isIntroduced(leaf, needle)) return false
  const sentences = sentencesAbout(leaf, needle)
  return sentences.length > 0 && sentences.every(isOrder)
}

/** The sentences of a leaf, without markup, in which a value stands. */
export function sentencesAbout(leaf: SourceLeaf, needle: string): readonly string[] {
  const text = leaf.text.includes('<') ? leaf.text.replace(/<[^<>]{0,1000}>/g, ' ') : leaf.text
  // What stands only in an attribute (a field's id, a link's target) is structure.
  return sentencesOf(text).filter((sentence) => sentence.toLowerCase().includes(needle))
}
