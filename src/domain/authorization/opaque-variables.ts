import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Label } from '../manifest/manifest.ts'
import { confidentialityRank, integrityRank, joinLabels } from './labels.ts'

/** A result that the model may pass on but not read: it sees `$var1`, the tool gets the text. */
export interface OpaqueVariable {
  readonly name: string
  readonly text: string
  readonly label: Label
}

export interface OpaqueStore {
  readonly variables: readonly OpaqueVariable[]
}

export type OpaqueFailure = 'opaque/unknown' | 'opaque/integrity' | 'opaque/confidentiality' | 'opaque/too-large'

export const EMPTY_STORE: OpaqueStore = { variables: [] }
const VARIABLES_MAX = 200
const TEXT_CHARS_MAX = 1_000_000
const DEPTH_MAX = 32
const TOKEN = /\$var\d{1,4}(?!\d)/g

/**
 * Hides an untrusted result behind a handle where it is long enough to carry an order; shorter ones and trusted ones
 * are left as they are. The store is new; the old one stays valid.
 */
export function hideResult(
  store: OpaqueStore,
  text: string,
  label: Label,
  charsMin: number,
): Result<{ readonly store: OpaqueStore; readonly shown: string }, OpaqueFailure> {
  if (label.integrity !== 'untrusted' || text.length < charsMin) return ok({ store, shown: text })
  if (text.length > TEXT_CHARS_MAX || store.variables.length >= VARIABLES_MAX) return fail('opaque/too-large')
  const name = `$var${store.variables.length + 1}`
  return ok({ store: { variables: [...store.variables, { name, text, label }] }, shown: name })
}

/** What a tool takes: the least integrity and the highest confidentiality that may flow into its arguments. */
export interface Sink {
  readonly integrityMin: Label['integrity']
  readonly confidentialityMax: Label['confidentiality']
}

/**
 * Puts the texts back, in the arguments of an authorised call only, if the joined label of all of them may flow there.
 * SECURITY: a text that was put back is not searched again, so a result cannot name another variable.
 */
export function resolveArguments(
  args: JsonObject,
  store: OpaqueStore,
  sink: Sink,
): Result<{ readonly arguments: JsonObject; readonly label: Label | undefined }, OpaqueFailure> {
  const known = new Map(store.variables.map((variable) => [variable.name, variable]))
  let failure: OpaqueFailure | undefined
  let label: Label | undefined
  let size = 0
  const put = (text: string): string =>
    text.replace(TOKEN, (name) => {
      const variable = known.get(name)
      if (variable === undefined) {
        failure ??= 'opaque/unknown'
        return ''
      }
      label = label === undefined ? variable.label : joinLabels(label, variable.label)
      size += variable.text.length
      if (size > TEXT_CHARS_MAX) {
        failure ??= 'opaque/too-large'
        return ''
      }
      return variable.text
    })
  const walk = (value: Json | undefined, depth: number): Json => {
    if (depth > DEPTH_MAX) failure ??= 'opaque/too-large'
    if (typeof value === 'string') return put(value)
    if (value === undefined || depth > DEPTH_MAX) return null
    if (Array.isArray(value)) return value.map((item: Json) => walk(item, depth + 1))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, depth + 1)]))
  }
  const resolved = walk(args, 0)
  if (failure !== undefined || !isJsonObject(resolved)) return fail(failure ?? 'opaque/too-large')
  if (label !== undefined && integrityRank(label.integrity) > integrityRank(sink.integrityMin))
    return fail('opaque/integrity')
  if (label !== undefined && confidentialityRank(label.confidentiality) > confidentialityRank(sink.confidentialityMax))
    return fail('opaque/confidentiality')
  return ok({ arguments: resolved, label })
}
