import type { ProviderCode } from './provider-code.ts'

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
  | 'upstream_rate_limited'
  | 'upstream_rejected'
  | 'internal_error'

/** What stands as the code of an error: the provider's own word for it, where it is one that clients know. */
export type WireErrorCode = GatewayErrorCode | ProviderCode

/** The kind of an error in the words that OpenAI and Anthropic share. */
export function isServerSide(code: WireErrorCode): boolean {
  return (
    (code.startsWith('upstream') && code !== 'upstream_rejected') ||
    code === 'audit_unavailable' ||
    code === 'limits_unavailable' ||
    code === 'internal_error'
  )
}
