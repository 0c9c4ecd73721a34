import type { JsonObject } from '../../base/json.ts'
import type { WireError } from '../wire/client-codec.ts'

/** The error shape of Anthropic; `code` beside the type says which of the gateway's reasons it is. */
export function anthropicError({ status, code, message, param, requestId, approval }: WireError): JsonObject {
  return {
    type: 'error',
    error: {
      type: typeOf(status),
      message,
      code,
      ...(param === null ? {} : { param }),
      ...(approval === undefined ? {} : { approval }),
    },
    request_id: requestId,
  }
}

function typeOf(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error'
    case 403:
      return 'permission_error'
    case 404:
      return 'not_found_error'
    case 413:
      return 'request_too_large'
    case 429:
      return 'rate_limit_error'
    case 503:
      return 'overloaded_error'
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error'
  }
}
