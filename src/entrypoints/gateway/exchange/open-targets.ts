import { opaqueKinds } from '../../../application/gateway/carried-texts.ts'
import { haltedBy, unreadBy, type Denial, type RequestContext } from '../../../application/gateway/decide-request.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type {
  Transport,
  TransportOutcome,
  TransportRequest,
  TransportTarget,
} from '../../../adapters/providers/transport/transport.ts'
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
  const { answeredBy, subject, promptId, admitted } = context
  const haltedNow = (model: string): Denial | undefined =>
    haltedBy({ model, answeredBy, subject, promptId }, ports.admission.denyStateOf(admitted.system))
  // Since the decision there was the disk and the shared counters to wait for.
  const halted = haltedNow(context.model)
  if (halted !== undefined) return fail(halted)
  const denialOf = (model: string): Denial | undefined =>
    haltedNow(model) ??
    (model === context.model
      ? undefined
      : (unreadBy(context.release, model, opaqueKinds(request)) ??
        deniedByPacks(
          ports,
          { ...context, model },
          { request, kind, targets: targets.filter((target) => target.model === model) },
        )))
  const judged: { readonly target: TransportTarget; readonly denial: Denial | undefined }[] = []
  for (const target of targets) {
    // Several places may have one model, which is judged once.
    const known = judged.find((one) => one.target.model === target.model)
    judged.push({ target, denial: known === undefined ? denialOf(target.model) : known.denial })
  }
  const open = judged.filter((one) => one.denial === undefined).map(({ target }) => target)
  const denial = judged.find((one) => one.denial !== undefined)?.denial
  if (open.length === 0 && denial !== undefined) return fail(denial)
  return ok({
    targets: open,
    transport: new GatedTransport(ports.transport, (model) => haltedNow(model) === undefined),
    denialNow() {
      const now = open.map(({ model }) => haltedNow(model))
      return now.every((one) => one !== undefined) ? now[0] : undefined
    },
  })
}

/** A transport that asks before each try, retries and fallbacks too. */
class GatedTransport implements Transport {
  readonly #transport: Transport
  readonly #mayAsk: (model: string) => boolean

  constructor(transport: Transport, mayAsk: (model: string) => boolean) {
    this.#transport = transport
    this.#mayAsk = mayAsk
  }

  send({ targets, signal, prepare }: TransportRequest): Promise<TransportOutcome> {
    return this.#transport.send({
      targets,
      signal,
      prepare: (target, upstream) =>
        this.#mayAsk(target.model)
          ? prepare(target, upstream)
          : { kind: 'refuse', reason: 'the model is switched off' },
    })
  }

  get upstreams(): Transport['upstreams'] {
    return this.#transport.upstreams
  }

  health(): ReturnType<Transport['health']> {
    return this.#transport.health()
  }

  close(): Promise<void> {
    return this.#transport.close()
  }
}
