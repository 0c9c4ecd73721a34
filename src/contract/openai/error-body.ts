import type { JsonObject } from '../../base/json.ts'

/** Denial and failure codes of the gateway, as OpenAI clients see them in `error.code`. */
export type GatewayErrorCode =
  | 'invalid_api_key'
  | 'invalid_subject'
  | 'invalid_request'
  | 'unsupported_parameter'
  | 'unsupported_content'
  | 'request_too_large'
  | 'not_found'
  | 'content_filter'
  | 'release_not_approved'
  | 'tool_call_denied'
  | 'approval_required'
  | 'system_halted'
  | 'subject_required'
  | 'audit_unavailable'
  | 'upstream_unavailable'
  | 'upstream_incomplete'
  | 'internal_error'

export function errorBody(code: GatewayErrorCode, message: string, param: string | null = null): JsonObject {
  const type =
    code === 'invalid_api_key'
      ? 'authentication_error'
      : code.startsWith('upstream') || code === 'audit_unavailable' || code === 'internal_error'
        ? 'server_error'
        : 'invalid_request_error'
  return { error: { message, type, param, code } }
}
