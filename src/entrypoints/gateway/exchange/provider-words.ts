import { outputOptions } from '../../../application/gateway/decide-completion.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import { isUnchanged } from '../../../application/gateway/text-channel.ts'
import type { UpstreamFailure } from '../../../adapters/providers/ask-model.ts'
import { isOfThePlace } from '../../../adapters/providers/transport/answer-status.ts'
import { guardText } from '../../../domain/guardrail/guard-text.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { upstreamError, type GatewayError } from './replies.ts'
import { outputPorts } from './settle.ts'

/**
 * A provider's failure as the client learns of it. SECURITY: a provider's refusal may repeat what it was sent, or its key:
 * its words pass only where the output guard leaves them as they are.
 */
export function judgedUpstreamError(
  ports: GatewayPorts,
  context: RequestContext,
  failure: UpstreamFailure,
): GatewayError {
  if (failure.kind !== 'rejected' || mayPass(ports, context, failure)) return upstreamError(failure)
  return upstreamError({ ...failure, message: `the provider answered ${failure.status}` })
}

function mayPass(
  ports: GatewayPorts,
  context: RequestContext,
  { status, message }: Extract<UpstreamFailure, { kind: 'rejected' }>,
): boolean {
  // Detectors beside the guard judge answers, and these words are none: they stay here.
  // Of the gateway's own key, account or deployment a client must not know, and can mend nothing.
  if (isOfThePlace(status) || ports.guardOf(context.release).runDetectors !== undefined) return false
  const options = outputOptions(context, outputPorts(ports, context))
  const { action, text } = guardText(message, context.release.guard.output, options)
  return isUnchanged(action) && text === message
}
