import { isJsonObject, parseJson, type Json, type JsonObject } from '../../base/json.ts'

/** Readers for JSON that other tools wrote: what is not there or of another kind reads as nothing. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  let at: Json | undefined = value
  for (const key of path) at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  return isJsonObject(at) ? at : {}
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const key = path.at(-1)
  const at = key === undefined ? value : objectAt(value, ...path.slice(0, -1))[key]
  return Array.isArray(at) ? (at as readonly Json[]) : []
}

const TEXT_CHARS_MAX = 4_000

export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, TEXT_CHARS_MAX)
}

export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const LINE_CHARS_MAX = 8 * 1_048_576

/** Every line as JSON; undefined where one is not. */
export function jsonLines(text: string): readonly Json[] | undefined {
  const values: Json[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const parsed = parseJson(line, LINE_CHARS_MAX)
    if (!parsed.ok) return undefined
    values.push(parsed.value)
  }
  return values
}
