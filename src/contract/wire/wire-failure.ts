import type { z } from 'zod'
import { isNestedDeeper, JSON_DEPTH_MAX } from '../../base/json.ts'

/** Why a body is not served, in words that each protocol's error shape can hold. */
export interface WireFailure {
  readonly status: 400
  readonly code: 'invalid_request' | 'unsupported_parameter' | 'unsupported_content'
  readonly message: string
  readonly param: string | null
}

export function unsupportedParameter(param: string): WireFailure {
  return {
    status: 400,
    code: 'unsupported_parameter',
    message: `\`${param}\` is not served through this gateway`,
    param,
  }
}

/** SECURITY: schemas and `JSON.stringify` recurse; a body of brackets would exhaust their stack. */
export function tooDeep(body: unknown): WireFailure | undefined {
  if (!isNestedDeeper(body, JSON_DEPTH_MAX)) return undefined
  return {
    status: 400,
    code: 'invalid_request',
    message: `invalid request: nested deeper than ${JSON_DEPTH_MAX}`,
    param: null,
  }
}

export function failureOf(error: z.ZodError): WireFailure {
  const issue = error.issues[0]
  const path = issue?.path.join('.') ?? ''
  return {
    status: 400,
    code: path.includes('content') ? 'unsupported_content' : 'invalid_request',
    message: `invalid request at \`${path}\`: ${issue?.message ?? 'not an object'}`,
    param: path === '' ? null : path,
  }
}

/**
 * Finds the first field that is refused and says something (null, false and absent say nothing), or that is another spelling
 * of a field. SECURITY: the client picks the names, and there are servers that read `Store` as `store`.
 */
export function fieldGate(
  refused: readonly string[],
  known: readonly string[],
): (body: Readonly<Record<string, unknown>>) => string | undefined {
  const own: ReadonlySet<string> = new Set([...refused, ...known])
  const spelled: ReadonlySet<string> = new Set([...own].map(withoutCase))
  return (body) =>
    refused.find((name) => body[name] !== undefined && body[name] !== null && body[name] !== false) ??
    Object.keys(body).find((name) => !own.has(name) && spelled.has(withoutCase(name)))
}

/** Up and down again: `ſ` and the Kelvin sign become the letters that Go's JSON takes them for. */
function withoutCase(name: string): string {
  return name.toUpperCase().toLowerCase()
}
