import { isJsonObject, parsedJson, type Json } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Label } from '../manifest/manifest.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { joinLabels } from './labels.ts'
import type { OpaqueVariable, WithheldResults } from './withheld-results.ts'

export type OpaqueFailure = 'unknown' | 'no-such-field' | 'ambiguous' | 'too-short' | 'too-large'

export const OPAQUE_REASONS: Readonly<Record<OpaqueFailure, string>> = {
  unknown: 'names a withheld value that this conversation does not hold',
  'no-such-field': 'names a field that the withheld result does not have',
  ambiguous: 'names a value that two results share the name of',
  'too-short': 'puts a value of fewer than 4 characters into a text: it can only be an argument of its own',
  'too-large': 'is too large with the withheld values in it',
}

export interface ResolvedCall {
  readonly call: ToolCall
  /** Of all withheld values in it; undefined: there are none. */
  readonly label: Label | undefined
  readonly references: number
}

const REFERENCE = /\$var_([0-9a-f]{8})(?:\{([^{}]{1,200})\})?/g
const TEXT_CHARS_MAX = 100_000
const DEPTH_MAX = 200
/** A shorter value inside a text could not be found again, and would be read when the call comes back in the history. */
const INSIDE_CHARS_MIN = 4

/**
 * Puts withheld values where a call names them. SECURITY: a text that was put in is not searched again, so a result cannot
 * name another one; and names of members stay as they are.
 */
export function resolveCall(call: ToolCall, withheld: WithheldResults): Result<ResolvedCall, OpaqueFailure> {
  const unchanged = ok({ call, label: undefined, references: 0 })
  if (withheld.variables.size === 0) return unchanged
  const args = jsonObjectIn(call.arguments)
  // What is no JSON object is refused by whoever authorises it.
  if (args === undefined) return unchanged
  const resolver = new Resolver(withheld)
  const resolved = resolver.walk(args, 0)
  if (resolver.failure !== undefined) return fail(resolver.failure)
  if (resolver.label === undefined) return unchanged
  const { label, references } = resolver
  return ok({ call: { ...call, arguments: JSON.stringify(resolved) }, label, references })
}

/** How many names stand in a text. */
export const referencesIn = (text: string): number => text.match(REFERENCE)?.length ?? 0

class Resolver {
  readonly #withheld: WithheldResults
  failure: OpaqueFailure | undefined
  label: Label | undefined
  references = 0
  #chars = 0

  constructor(withheld: WithheldResults) {
    this.#withheld = withheld
  }

  walk(value: Json | undefined, depth: number): Json {
    if (depth > DEPTH_MAX) {
      this.failure ??= 'too-large'
      return null
    }
    if (typeof value === 'string') return this.#put(value)
    if (Array.isArray(value)) return value.map((item: Json) => this.walk(item, depth + 1))
    if (!isJsonObject(value)) return value ?? null
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.walk(member, depth + 1)]))
  }

  #put(text: string): string | number {
    const whole = new RegExp(`^${REFERENCE.source}$`).exec(text)
    if (whole !== null) return this.#valueOf(whole[1] ?? '', whole[2]) ?? ''
    return text.replace(REFERENCE, (_, id: string, path: string | undefined) => {
      const value = String(this.#valueOf(id, path) ?? '')
      if (value.length < INSIDE_CHARS_MIN) this.failure ??= 'too-short'
      return value
    })
  }

  #valueOf(id: string, path: string | undefined): string | number | undefined {
    const variable = this.#withheld.variables.get(`$var_${id}`)
    const field = path === undefined ? undefined : variable?.fields.get(path)
    if (variable === undefined) this.failure ??= 'unknown'
    else if (variable.isAmbiguous) this.failure ??= 'ambiguous'
    else if (path !== undefined && field === undefined) this.failure ??= 'no-such-field'
    if (variable === undefined || this.failure !== undefined) return undefined
    const { value, label } = field ?? { value: variable.text, label: variable.label }
    this.references += 1
    this.#chars += String(value).length
    if (this.#chars > TEXT_CHARS_MAX) {
      this.failure ??= 'too-large'
      return undefined
    }
    this.label = this.label === undefined ? label : joinLabels(this.label, label)
    return value
  }
}

function jsonObjectIn(text: string): Json | undefined {
  if (text === '' || text.length > TEXT_CHARS_MAX) return undefined
  const value = parsedJson(text)
  return isJsonObject(value) ? value : undefined
}

/** Takes withheld values out of what comes back in the history, by the names that stand for them. */
export interface Withholding {
  readonly text: (text: string) => string
  readonly arguments: (text: string) => string
}

const WITHHELD = '[withheld]'
const SEARCH_CHARS_MAX = 50_000_000
const TEXT_IN_HISTORY_CHARS_MAX = 1_000_000

/**
 * What the user or the instructions say as well is no secret to the model, and stays. SECURITY: what would take too long to
 * search is taken out whole.
 */
export function withholdAgain(
  messages: readonly ConversationMessage[],
  { variables }: WithheldResults,
): Withholding | undefined {
  if (variables.size === 0) return undefined
  const said = messages.filter(({ role }) => role === 'user' || role === 'system').map(({ text }) => text)
  const known = new Known([...variables.values()], said)
  return { text: (text) => known.within(text), arguments: (text) => known.withinArguments(text) }
}

interface Entry {
  readonly text: string
  readonly reference: string
}

class Known {
  /** Values that are found inside a text, longest first. */
  readonly #inside: readonly Entry[]
  readonly #exact = new Map<string, string>()
  #left = SEARCH_CHARS_MAX

  constructor(variables: readonly OpaqueVariable[], said: readonly string[]) {
    const own = variables.flatMap(({ name, text, fields }): readonly Entry[] => [
      { text, reference: name },
      ...[...fields].map(([path, { value }]) => ({ text: String(value), reference: `${name}{${path}}` })),
    ])
    const saidChars = said.reduce((sum, text) => sum + text.length, 0)
    const mayFilter = saidChars * own.length <= SEARCH_CHARS_MAX
    const secret = own.filter(({ text }) => text !== '' && !(mayFilter && said.some((one) => one.includes(text))))
    for (const { text, reference } of secret) if (!this.#exact.has(text)) this.#exact.set(text, reference)
    this.#inside = secret
      .filter(({ text }) => text.length >= INSIDE_CHARS_MIN)
      .toSorted((left, right) => right.text.length - left.text.length)
  }

  within(text: string): string {
    this.#left -= text.length * this.#inside.length
    if (this.#left < 0 || text.length > TEXT_IN_HISTORY_CHARS_MAX) return WITHHELD
    // Names that were put in are cut off from what is still to be searched.
    let parts: readonly Part[] = [{ text, isName: false }]
    for (const entry of this.#inside) {
      if (entry.text.length > text.length || !text.includes(entry.text)) continue
      parts = parts.flatMap((part) => (part.isName ? [part] : cutOut(part.text, entry)))
    }
    return parts.map((part) => part.text).join('')
  }

  withinArguments(text: string): string {
    const args = jsonObjectIn(text)
    if (args === undefined) return this.within(text)
    let isChanged = false
    const walk = (value: Json | undefined, depth: number): Json => {
      if (depth > DEPTH_MAX) return WITHHELD
      if (typeof value === 'string' || typeof value === 'number') {
        const plain = String(value)
        const reference = this.#exact.get(plain) ?? (typeof value === 'string' ? this.within(value) : plain)
        if (reference === plain) return value
        isChanged = true
        return reference
      }
      if (Array.isArray(value)) return value.map((item: Json) => walk(item, depth + 1))
      if (!isJsonObject(value)) return value ?? null
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, depth + 1)]))
    }
    const own = walk(args, 0)
    return isChanged ? JSON.stringify(own) : text
  }
}

interface Part {
  readonly text: string
  readonly isName: boolean
}

function cutOut(text: string, { text: value, reference }: Entry): readonly Part[] {
  return text
    .split(value)
    .flatMap((rest, index): readonly Part[] => [
      ...(index === 0 ? [] : [{ text: reference, isName: true }]),
      ...(rest === '' ? [] : [{ text: rest, isName: false }]),
    ])
}
