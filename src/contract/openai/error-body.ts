import type { JsonObject } from '../../base/json.ts'
import { isServerSide, type WireErrorCode } from '../wire/gateway-error.ts'

export type { GatewayErrorCode } from '../wire/gateway-error.ts'

// oxlint-disable-next-line max-params -- the members of the error
export function errorBody(
  code: WireErrorCode,
  message: string,
  param: string | null = null,
  approval?: string,
): JsonObject {
  const type =
    code === 'invalid_api_key' ? 'authentication_error' : isServerSide(code) ? 'server_error' : 'invalid_request_error'
  return { error: { message, type, param, code, ...(approval === undefined ? {} : { approval }) } }
}
