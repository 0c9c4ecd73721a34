import {
  decideModelPolicy,
  judgeByPacks,
  type ModelPolicyQuestion,
} from '../../../application/gateway/decide-model-policy.ts'
import type { Denial, RequestContext, RequestDecision } from '../../../application/gateway/decide-request.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type { TransportTarget } from '../../../adapters/providers/transport/transport.ts'
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
      const plan = ports.planRoute(context, request.model, kind)
      // A request that may go nowhere is refused further on; rules see that it has no region.
      return questionOf(ports, { request, kind, targets: plan.ok ? plan.targets : [] })
    },
    ports,
  )
  marks.policy = decided.policy
  return decided.decision
}

export interface ModelQuestion {
  readonly request: Pick<ModelRequest, 'isStream' | 'tools'>
  readonly kind: 'generation' | 'embedding'
  /** Where it would go. */
  readonly targets: readonly TransportTarget[]
}

/** What rules of packs say about a model that stands in for the one asked for, as if it had been asked for itself. */
export function deniedByPacks(
  ports: GatewayPorts,
  context: RequestContext,
  question: ModelQuestion,
): Denial | undefined {
  return judgeByPacks(context, () => questionOf(ports, question), ports).denial
}

function questionOf(
  { transport: { upstreams } }: GatewayPorts,
  { request, kind, targets }: ModelQuestion,
): ModelPolicyQuestion {
  return {
    kind,
    isStream: request.isStream,
    tools: request.tools.map(({ name }) => name),
    regions: [...new Set(targets.map(({ upstream }) => upstreams.get(upstream)?.region ?? ''))],
  }
}
