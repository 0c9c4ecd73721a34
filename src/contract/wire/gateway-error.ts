/** Denial and failure codes of the gateway, as clients see them; each protocol's error shape carries them. */
export type GatewayErrorCode =
  | 'invalid_api_key'
  | 'invalid_subject'
  | 'invalid_approval'
  | 'invalid_request'
  | 'unsupported_parameter'
  | 'unsupported_content'
  | 'request_too_large'
  | 'not_found'
  | 'content_filter'
  | 'release_not_approved'
  | 'tool_call_denied'
  | 'policy_denied'
  | 'approval_required'
  | 'system_halted'
  | 'subject_required'
  | 'rate_limited'
  | 'limits_unavailable'
  | 'audit_unavailable'
  | 'upstream_unavailable'
  | 'upstream_incomplete'
  | 'internal_error'

/** The kind of an error in the words that OpenAI and Anthropic share. */
export function isServerSide(code: GatewayErrorCode): boolean {
  return (
    code.startsWith('upstream') ||
    code === 'audit_unavailable' ||
    code === 'limits_unavailable' ||
    code === 'internal_error'
  )
}
