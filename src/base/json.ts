import { fail, ok, type Result } from './result.ts'

/** What JSON can express. `undefined` members are treated as absent. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }

export type CanonicalFailure = { readonly code: 'json/not-canonical'; readonly message: string }

/** Deepest nesting that the canonical form accepts: a bound against stack exhaustion. */
export const JSON_DEPTH_MAX = 200

/**
 * RFC 8785 (JCS): members sorted by UTF-16 code units, numbers and strings as ECMAScript prints them.
 * Fails on what has no canonical form: lone surrogates, non-finite numbers, nesting beyond `JSON_DEPTH_MAX`.
 */
export function canonicalJson(value: Json): Result<string, CanonicalFailure> {
  try {
    return ok(print(value, 0))
  } catch (error) {
    if (error instanceof NotCanonical) return fail({ code: 'json/not-canonical', message: error.message })
    throw error
  }
}

/** For values built by this program: a failure is a bug. */
export function canonicalJsonOf(value: Json): string {
  return print(value, 0)
}

class NotCanonical extends Error {}

function print(value: Json | undefined, depth: number): string {
  if (depth > JSON_DEPTH_MAX) throw new NotCanonical(`nested deeper than ${JSON_DEPTH_MAX}`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotCanonical('a number is not finite')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new NotCanonical('a string has a lone surrogate')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => print(item, depth + 1)).join(',')}]`
  if (typeof value !== 'object') throw new NotCanonical(`a ${typeof value} has no JSON form`)
  const members: string[] = []
  const object = value as JsonObject
  for (const key of Object.keys(object).toSorted()) {
    if (object[key] === undefined) continue
    members.push(`${print(key, depth + 1)}:${print(object[key], depth + 1)}`)
  }
  return `{${members.join(',')}}`
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Walks without recursion, for values that no recursive walk would survive. */
export function isNestedDeeper(value: unknown, depthMax: number): boolean {
  // Only what holds something goes on to the next layer: most members of a document are texts.
  let layer: readonly object[] = isHolder(value) ? [value] : []
  for (let depth = 0; layer.length > 0; depth++) {
    const next: object[] = []
    for (const holder of layer)
      for (const member of Object.values(holder)) {
        if (depth >= depthMax) return true
        if (isHolder(member)) next.push(member)
      }
    layer = next
  }
  return false
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The value of a JSON text; undefined where it is none. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Parses JSON text within bounds; never throws. */
export function parseJson(
  text: string,
  charsMax: number,
): Result<Json, { readonly code: 'json/invalid'; readonly message: string }> {
  if (text.length > charsMax) return fail({ code: 'json/invalid', message: `longer than ${charsMax} characters` })
  try {
    return ok(JSON.parse(text) as Json)
  } catch (error) {
    return fail({ code: 'json/invalid', message: (error as Error).message })
  }
}
