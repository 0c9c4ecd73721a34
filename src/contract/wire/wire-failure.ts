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

/** The first refused field that says something; null, false and absent say nothing. */
export function refusedField(body: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  return names.find((name) => body[name] !== undefined && body[name] !== null && body[name] !== false)
}
