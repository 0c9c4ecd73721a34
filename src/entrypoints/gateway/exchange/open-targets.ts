import { opaqueKinds } from '../../../application/gateway/carried-texts.ts'
import { haltedBy, unreadBy, type Denial, type RequestContext } from '../../../application/gateway/decide-request.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type { Transport, TransportTarget } from '../../../adapters/providers/transport/transport.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { deniedByPacks } from './model-policy.ts'

/** Every model that could answer is denied. */
export interface DeniedByModel {
  readonly kind: 'denied'
  readonly denial: Denial
}

export interface OpenTargets {
  readonly targets: readonly TransportTarget[]
  /** Asks the kill switch again before each try. */
  readonly transport: Transport
  /** The denial where by now a kill switch stops every target. */
  readonly denialNow: () => Denial | undefined
}

/**
 * The targets of a plan that may have this request. SECURITY: only the model that was asked for has been judged so far; one
 * that stands in for it gets what it would get if it were asked for itself. None left: the denial of the first.
 */
export function openTargets(
  ports: GatewayPorts,
  context: RequestContext,
  {
    request,
    targets,
    kind = 'generation',
  }: {
    readonly request: ModelRequest
    readonly targets: readonly TransportTarget[]
    readonly kind?: 'generation' | 'embedding'
  },
): Result<OpenTargets, Denial> {
  const haltedNow = (model: string): Denial | undefined =>
    haltedBy({ ...context, model }, ports.admission.denyStateOf(context.admitted.system))
  // Since the decision there was the disk and the shared counters to wait for.
  const halted = haltedBy(context, ports.admission.denyStateOf(context.admitted.system))
  if (halted !== undefined) return fail(halted)
  const denials = new Map<string, Denial | undefined>()
  for (const { model } of targets) {
    if (denials.has(model)) continue
    const asked = targets.filter((target) => target.model === model)
    denials.set(
      model,
      haltedNow(model) ??
        (model === context.model
          ? undefined
          : (unreadBy(context.release, model, opaqueKinds(request)) ??
            deniedByPacks(ports, { ...context, model }, { request, kind, targets: asked }))),
    )
  }
  const open = targets.filter(({ model }) => denials.get(model) === undefined)
  const [denial] = [...denials.values()].filter((one) => one !== undefined)
  if (open.length === 0 && denial !== undefined) return fail(denial)
  return ok({
    targets: open,
    transport: gated(ports.transport, (model) => haltedNow(model) === undefined),
    denialNow() {
      const now = open.map(({ model }) => haltedNow(model))
      return now.every((one) => one !== undefined) ? now[0] : undefined
    },
  })
}

/** A transport that asks before each try, retries and fallbacks too. */
function gated(transport: Transport, mayAsk: (model: string) => boolean): Transport {
  return {
    send: ({ prepare, ...request }) =>
      transport.send({
        ...request,
        prepare: (target, upstream) =>
          mayAsk(target.model) ? prepare(target, upstream) : { kind: 'refuse', reason: 'the model is switched off' },
      }),
    get upstreams() {
      return transport.upstreams
    },
    health: () => transport.health(),
    close: () => transport.close(),
  }
}
