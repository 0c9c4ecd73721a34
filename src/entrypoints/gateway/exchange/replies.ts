import type { ServerResponse } from 'node:http'
import type { Denial } from '../../../application/gateway/decide-request.ts'
import type { UpstreamFailure } from '../../../adapters/providers/ask-model.ts'
import { isOfTheRequest } from '../../../adapters/providers/transport/answer-status.ts'
import type { ClientCodec, WireError } from '../../../contract/wire/client-codec.ts'
import type { GatewayErrorCode } from '../../../contract/wire/gateway-error.ts'
import type { ProviderCode } from '../../../contract/wire/provider-code.ts'
import { sendJson } from '../routes/http-exchange.ts'

export interface GatewayError extends Omit<WireError, 'requestId' | 'code'> {
  readonly code: GatewayErrorCode
  /** What clients read as its code; records hold the gateway's own. */
  readonly providerCode?: ProviderCode | undefined
  readonly retryAfterSeconds?: number | undefined
}

export function refusal(
  status: number,
  code: GatewayErrorCode,
  message: string,
  param: string | null = null,
): GatewayError {
  return { status, code, message, param }
}

export function denialError(denial: Denial, requestId: string): GatewayError {
  return refusal(
    denial.status,
    denial.code,
    `${denial.message} (rule ${denial.rule}, request ${requestId})`,
    denial.tool ?? null,
  )
}

/**
 * A provider's failure as the client learns of it: what the provider does not take of the request stays what the client can
 * mend, the rest is a bad gateway.
 */
export function upstreamError(failure: UpstreamFailure): GatewayError {
  switch (failure.kind) {
    case 'rejected':
      return rejection(failure)
    case 'unavailable':
      return {
        ...refusal(502, 'upstream_unavailable', failure.reason),
        retryAfterSeconds: failure.retryAfterSeconds,
      }
    case 'incomplete':
      return refusal(502, 'upstream_incomplete', failure.reason)
    case 'untranslatable': {
      const { status, code, message, param } = failure.failure
      return refusal(status, code, message, param)
    }
  }
}

function rejection(failure: Extract<UpstreamFailure, { kind: 'rejected' }>): GatewayError {
  const { status, message, word: providerCode, retryAfterSeconds } = failure
  if (status === 429) return { ...refusal(429, 'upstream_rate_limited', message), providerCode, retryAfterSeconds }
  return isOfTheRequest(status)
    ? { ...refusal(400, 'upstream_rejected', message), providerCode, retryAfterSeconds }
    : { ...refusal(502, 'upstream_unavailable', message), retryAfterSeconds }
}

/** Another request would have been answered. */
export function isRequestAtFault(failure: UpstreamFailure): boolean {
  return failure.kind === 'untranslatable' || (failure.kind === 'rejected' && isOfTheRequest(failure.status))
}

/** As a codec writes it. */
export function wireError({ code, providerCode, ...error }: GatewayError, requestId: string): WireError {
  return { ...error, code: providerCode ?? code, requestId }
}

/** Clients that honour only whole seconds give up where there are none. */
const RETRY_AFTER_SECONDS = 1

export function sendError(
  response: ServerResponse,
  codec: Pick<ClientCodec, 'errorBody'>,
  error: GatewayError,
  requestId: string,
): void {
  if (response.destroyed) return
  const { retryAfterSeconds = error.status === 429 ? RETRY_AFTER_SECONDS : undefined } = error
  if (error.approval !== undefined) response.setHeader('gatehouse-approval', error.approval)
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds))
  sendJson(response, error.status, codec.errorBody(wireError(error, requestId)))
}
