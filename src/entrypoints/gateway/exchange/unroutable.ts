import type { UpstreamFailure } from '../../../adapters/providers/ask-model.ts'
import type { RoutePlan } from '../../../domain/routing/plan-route.ts'

/** What a request without a place to go ends with. */
export function unroutable(reason: Extract<RoutePlan, { ok: false }>['reason']): UpstreamFailure {
  return {
    kind: 'unavailable',
    reason:
      reason === 'no-region' ? 'no provider in an allowed region serves this model' : 'no provider serves this model',
  }
}
