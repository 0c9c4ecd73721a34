import { decideModelPolicy } from '../../../application/gateway/decide-model-policy.ts'
import type { RequestDecision } from '../../../application/gateway/decide-request.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import type { ModelExchange } from './exchange-records.ts'

/** The decision after the rules of packs on requests to models; what they said is noted for the record. */
export function withModelPolicy(
  ports: GatewayPorts,
  { request, marks }: Pick<ModelExchange, 'request' | 'marks'>,
  decision: RequestDecision,
  kind: 'generation' | 'embedding' = 'generation',
): RequestDecision {
  const decided = decideModelPolicy(
    decision,
    (context) => {
      const plan = ports.planRoute(context, request.model)
      const upstreams = ports.transport.upstreams
      return {
        kind,
        isStream: request.isStream,
        tools: request.tools.map(({ name }) => name),
        // A request that may go nowhere is refused further on; rules see that it has no region.
        regions: plan.ok ? [...new Set(plan.targets.map(({ upstream }) => upstreams.get(upstream)?.region ?? ''))] : [],
      }
    },
    ports,
  )
  marks.policy = decided.policy
  return decided.decision
}
