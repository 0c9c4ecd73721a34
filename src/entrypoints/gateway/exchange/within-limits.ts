import { scopeOf } from '../../../application/gateway/admitted-system.ts'
import type { LimitedCall } from '../../../adapters/limits/limiter.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import type { ModelExchange } from './exchange-records.ts'
import { refusal, type GatewayError } from './replies.ts'
import { settle } from './settle.ts'

/**
 * The exchange with its reservation, or the refusal, which is on record by then. SECURITY: whom it counts for comes from
 * the credentials alone.
 */
export async function withinLimits(
  ports: GatewayPorts,
  exchange: ModelExchange,
  { context, texts }: { readonly context: RequestContext; readonly texts: LimitedCall['texts'] },
  guardMs: number,
): Promise<Result<ModelExchange, GatewayError>> {
  const { system } = context.admitted
  const { request, subject, caller, id } = exchange
  const verdict = await ports.admitWithinLimits({
    scope: scopeOf(context.admitted),
    id,
    by: {
      key: [caller.keyId],
      tenant: subject === undefined ? [] : [subject.tenant],
      system: [system],
      tool: request.tools.length === 0 ? [] : [...new Set(request.tools.map(({ name }) => name))],
    },
    tier: context.release.tier,
    model: request.model,
    texts,
    ...mediaOf(request),
    answerTokensMax: request.settings.maxTokens,
    choices: request.choices,
  })
  if (verdict.kind === 'granted') return ok({ ...exchange, settleLimits: verdict.settle })
  const isLimited = verdict.kind === 'limited'
  const code = isLimited ? 'rate_limited' : 'limits_unavailable'
  const rule = isLimited ? `limit/${verdict.rule}` : 'limit/unavailable'
  const kept = await settle(ports, exchange, {
    outcome: 'denied',
    code,
    rule,
    action: 'block',
    guardMs,
    releaseDigest: context.release.digest,
  })
  if (!kept) return fail(refusal(503, 'audit_unavailable', 'the decision cannot be recorded'))
  if (!isLimited) return fail(refusal(503, code, 'the shared limits cannot be reached, so the request is not served'))
  return fail({
    ...refusal(429, code, `limit \`${verdict.rule}\` is reached (request ${id})`),
    retryAfterSeconds: Math.max(1, Math.ceil(verdict.retryAfterMs / 1_000)),
  })
}

/** What a request carries beside its texts. */
function mediaOf({ messages }: ModelRequest): Pick<LimitedCall, 'images' | 'sounds'> {
  const images: LimitedCall['images'][number][] = []
  const sounds: LimitedCall['sounds'][number][] = []
  for (const message of messages)
    if (message.role === 'user')
      for (const part of message.parts)
        if (part.kind === 'image') images.push(part.detail)
        else if (part.kind === 'audio') sounds.push(part)
  return { images, sounds }
}
