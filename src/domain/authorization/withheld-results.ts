import { hexOf, utf8 } from '../../base/bytes.ts'
import { isJsonObject, type Json } from '../../base/json.ts'
import { sha256Pure } from '../../base/sha256.ts'
import type { OpaquePolicy } from '../manifest/guard-authority.ts'
import type { Label, Manifest, Tool } from '../manifest/manifest.ts'
import { toolResultsOf, type ConversationMessage, type ToolResult } from '../session/conversation.ts'
import { revealAt, type BitBudget } from './declassify.ts'
import { joinLabels, labelOfField, labelOfResult } from './labels.ts'

/** A text that the model may pass on and not read: it sees the name, a tool gets the text. */
export interface OpaqueVariable {
  readonly name: string
  readonly text: string
  readonly label: Label
  /** Texts and numbers inside, by path (`items[0].email`), and their labels. */
  readonly fields: ReadonlyMap<string, OpaqueField>
  /** Two texts have come to one name: it stands for neither. */
  readonly isAmbiguous: boolean
}

export interface OpaqueField {
  readonly value: string | number
  readonly label: Label
}

/** What the model sees in place of a result. */
export interface SeenResult {
  readonly shown: string
  /** The same for whoever reads results for values: without the words that explain the name. */
  readonly read: string
  readonly label: Label
}

/** What a conversation looks like to a model that `guard.opaque` stands before: a pure function of the message list. */
export interface WithheldResults {
  readonly variables: ReadonlyMap<string, OpaqueVariable>
  /** By index in the message list. */
  readonly seen: ReadonlyMap<number, SeenResult>
}

const BITS_DEFAULT = 256
const NAME_CHARS_MAX = 4_096
const FIELDS_MAX = 2_000
const DEPTH_MAX = 32
const NOTHING_SEEN: Label = { integrity: 'trusted', confidentiality: 'public' }

/** Names are made from the call and the text, so that a history that was cut short calls the same text by the same name. */
function nameOf(callId: string, place: string, text: string): string {
  const bytes = utf8(`${callId}\n${place}\n${text.length}\n${text.slice(0, NAME_CHARS_MAX)}`.toWellFormed())
  return `$var_${hexOf(sha256Pure(bytes)).slice(0, 8)}`
}

/** Undefined where the manifest withholds nothing. */
export function withholdResults(
  messages: readonly ConversationMessage[],
  { guard, components }: Manifest,
): WithheldResults | undefined {
  const policy = guard?.opaque
  if (policy === undefined) return undefined
  const tools = new Map((components.tools ?? []).map((tool) => [tool.id, tool]))
  const results = toolResultsOf(messages)
  const withholder = new Withholder(policy)
  let at = 0
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'tool') continue
    const result = results[at++]
    if (result !== undefined) withholder.take(index, message.callId, result, tools.get(result.tool))
  }
  return withholder
}

class Withholder implements WithheldResults {
  readonly variables = new Map<string, OpaqueVariable>()
  readonly seen = new Map<number, SeenResult>()
  readonly #policy: OpaquePolicy
  #budget: BitBudget

  constructor(policy: OpaquePolicy) {
    this.#policy = policy
    this.#budget = { bitsLeft: policy.bitsPerSession ?? BITS_DEFAULT }
  }

  // oxlint-disable-next-line max-params -- a result, where it stands and what its tool declares
  take(index: number, callId: string, result: ToolResult, tool: Tool | undefined): void {
    if (labelOfResult(tool).integrity !== 'untrusted' || this.#policy.except?.includes(result.tool) === true) return
    const { value } = result
    const isMixed = tool?.result !== undefined && tool.result.integrity !== 'untrusted'
    const seen =
      isMixed && typeof value === 'object' && value !== null
        ? this.#takeFields(callId, value, tool)
        : result.text.length >= this.#policy.fromChars
          ? this.#takeWhole(callId, result, tool)
          : undefined
    if (seen !== undefined) this.seen.set(index, seen)
  }

  /** The whole result is one name, beside the fields that may be told. */
  #takeWhole(callId: string, result: ToolResult, tool: Tool | undefined): SeenResult {
    const name = this.#keep(callId, '', { text: result.text, value: result.value, tool, path: [] })
    const fields: Record<string, Json> = {}
    let label = NOTHING_SEEN
    for (const { tool: id, field, schema } of this.#policy.reveal ?? []) {
      if (id !== result.tool) continue
      const { value, budget } = revealAt(result.value, field, schema, this.#budget)
      this.#budget = budget
      if (value === undefined) continue
      fields[field] = value
      const { confidentiality } = labelOfField(tool, field.replaceAll('[]', '').split('.'))
      label = joinLabels(label, { integrity: 'user', confidentiality })
    }
    const use = `Its text is withheld. Where a tool is to get it, write ${name}; for one field of it, ${name}{field} or ${name}{list[0].field}.`
    return {
      shown: JSON.stringify({ withheld: name, use, ...(Object.keys(fields).length > 0 ? { fields } : {}) }),
      read: JSON.stringify(fields),
      label,
    }
  }

  /** A result that is trusted but for some fields: these alone are names, where they are long enough. */
  #takeFields(callId: string, value: Json, tool: Tool): SeenResult | undefined {
    const fields = tool.result?.fields ?? {}
    const left = new Set<string>()
    let count = 0
    const walk = (node: Json, path: readonly string[], depth: number): Json => {
      const place = path.join('.')
      const isUntrusted = Object.hasOwn(fields, place) && fields[place]?.integrity === 'untrusted'
      if (isUntrusted && !Array.isArray(node)) {
        const text = typeof node === 'string' ? node : JSON.stringify(node)
        if (text.length >= this.#policy.fromChars)
          return this.#keep(callId, `${place}:${count++}`, { text, value: jsonIn(node), tool, path })
        left.add(place)
        return node
      }
      if (depth > DEPTH_MAX || typeof node !== 'object' || node === null) return node
      if (Array.isArray(node)) return (node as readonly Json[]).map((item) => walk(item, path, depth + 1))
      return Object.fromEntries(
        Object.entries(node).map(([key, member]) => [key, walk(member ?? null, [...path, key], depth + 1)]),
      )
    }
    const shown = JSON.stringify(walk(value, [], 0))
    if (count === 0) return undefined
    const told = Object.entries(fields).filter(([name, label]) => label.integrity !== 'untrusted' || left.has(name))
    const { integrity, confidentiality } = told
      .map(([, label]) => label)
      .reduce(joinLabels, tool.result ?? NOTHING_SEEN)
    return { shown, read: shown, label: { integrity, confidentiality } }
  }

  // oxlint-disable-next-line max-params -- what is kept, and where its name comes from
  #keep(callId: string, place: string, kept: Kept): string {
    const name = nameOf(callId, place, kept.text)
    const known = this.variables.get(name)
    const label = kept.path.length === 0 ? labelOfResult(kept.tool) : labelOfField(kept.tool, kept.path)
    this.variables.set(name, {
      name,
      text: kept.text,
      label,
      fields: known?.text === kept.text ? known.fields : fieldsOf(kept),
      isAmbiguous: known !== undefined && (known.isAmbiguous || known.text !== kept.text),
    })
    return name
  }
}

interface Kept {
  readonly text: string
  readonly value: Json | undefined
  readonly tool: Tool | undefined
  /** Where it stands in its result. */
  readonly path: readonly string[]
}

const jsonIn = (node: Json): Json | undefined => (typeof node === 'object' && node !== null ? node : undefined)

/** Texts and numbers by path. What is left out can be named by nobody; yes, no and nothing would tell more than they carry. */
function fieldsOf({ value, tool, path }: Kept): ReadonlyMap<string, OpaqueField> {
  const fields = new Map<string, OpaqueField>()
  const walk = (node: Json | undefined, place: string, names: readonly string[]): void => {
    if (fields.size >= FIELDS_MAX || names.length > DEPTH_MAX || place.length > 200) return
    if (Array.isArray(node))
      for (const [index, item] of (node as readonly Json[]).entries()) walk(item, `${place}[${index}]`, names)
    else if (isJsonObject(node))
      for (const [key, member] of Object.entries(node))
        walk(member, place === '' ? key : `${place}.${key}`, [...names, key])
    else if ((typeof node === 'string' || typeof node === 'number') && place !== '')
      fields.set(place, { value: node, label: labelOfField(tool, names) })
  }
  walk(value, '', path)
  return fields
}

/** The results as whoever follows values is to read them: what the model saw. */
export function seenResults(
  messages: readonly ConversationMessage[],
  results: readonly ToolResult[],
  { seen }: WithheldResults,
): readonly ToolResult[] {
  let at = 0
  const own: ToolResult[] = []
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'tool') continue
    const result = results[at++]
    if (result === undefined) continue
    const { read } = seen.get(index) ?? {}
    own.push(read === undefined ? result : { ...result, text: read, value: JSON.parse(read) as Json })
  }
  return own
}
