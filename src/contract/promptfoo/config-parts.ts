import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { SourcePosition } from '../../base/result.ts'

/** A value of a config with the file and line where it stands. */
export interface Placed<Value extends Json = Json> {
  readonly value: Value
  readonly at: SourcePosition
  /** Where a part of it stands; the whole, where nothing better is known. */
  readonly placeOf: (path: readonly (string | number)[]) => SourcePosition
}

export function placed<Value extends Json>(value: Value, at: SourcePosition): Placed<Value> {
  return { value, at, placeOf: () => at }
}

/** A part of a value, if it is there. */
export function partOf(whole: Placed, ...path: readonly (string | number)[]): Placed | undefined {
  let value: Json | undefined = whole.value
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? (value as readonly Json[])[step] : undefined
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  if (value === undefined || value === null) return undefined
  return { value, at: whole.placeOf(path), placeOf: (rest) => whole.placeOf([...path, ...rest]) }
}

/** The parts of a list; one value that is no list is a list of itself. */
export function listOf(whole: Placed | undefined): readonly Placed[] {
  if (whole === undefined) return []
  if (!Array.isArray(whole.value)) return [whole]
  return (whole.value as readonly Json[]).flatMap((_, index) => partOf(whole, index) ?? [])
}

const DEPTH_MAX = 20

/** YAML's merge keys (`<<`) taken up: promptfoo reads YAML 1.1 there. What a map says itself comes before what it merges. */
export function withMerges(value: Json, depth = 0): Json {
  if (depth > DEPTH_MAX) return value
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withMerges(item, depth + 1))
  if (!isJsonObject(value)) return value
  const { '<<': merged, ...own } = value
  const bases = (Array.isArray(merged) ? (merged as readonly Json[]) : [merged]).filter((base) => isJsonObject(base))
  const all: JsonObject = Object.assign({}, ...bases.toReversed(), own) as JsonObject
  return Object.fromEntries(Object.entries(all).map(([key, item]) => [key, withMerges(item ?? null, depth + 1)]))
}
