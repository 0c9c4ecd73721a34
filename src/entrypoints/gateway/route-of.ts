import type { LiveConfig } from '../../adapters/gateway/live-config.ts'
import type { ServedRelease } from '../../application/gateway/admitted-system.ts'
import type { RequestContext } from '../../application/gateway/decide-request.ts'
import { planRoute, type RoutePlan } from '../../domain/routing/plan-route.ts'

/** What of a configuration says where requests may go; each reload brings new ones. */
type RoutedBy = Pick<LiveConfig, 'regions'> & { readonly transport: Pick<LiveConfig['transport'], 'upstreams'> }

/** What a model is asked for. */
export type AskKind = 'generation' | 'embedding'

/** Plans of one release, by what of a request they depend on. Tenants are many: beyond this all are made anew. */
const PLANS_MAX = 1_000

/**
 * Where judged requests may go. A plan depends on the release, the configuration, and of a request on its model, tenant and
 * confidentiality alone, so it is made once for all that agree in these.
 */
export function routePlans(config: RoutedBy): (context: RequestContext, model: string, kind?: AskKind) => RoutePlan {
  let made: WeakMap<ServedRelease, Map<string, RoutePlan>> = new WeakMap()
  let of: readonly unknown[] = []
  return (context, model, kind = 'generation') => {
    const { regions, transport } = config
    if (of[0] !== regions || of[1] !== transport.upstreams) {
      made = new WeakMap()
      of = [regions, transport.upstreams]
    }
    let plans = made.get(context.release)
    if (plans === undefined || plans.size >= PLANS_MAX) made.set(context.release, (plans = new Map()))
    const { subject, label } = context
    const key = `${kind}\n${label.confidentiality}\n${subject === undefined ? '' : `t${subject.tenant}`}\n${model}`
    let plan = plans.get(key)
    if (plan === undefined) plans.set(key, (plan = routeOf(context, model, kind, config)))
    return plan
  }
}

/**
 * Its model and the release's fallbacks for it, at the upstreams of its regions. Nothing stands in for a model of embeddings:
 * the numbers of two models have nothing to do with each other, and nobody could tell them apart where they are stored.
 */
// oxlint-disable-next-line max-params -- a request, its model, what is asked of it, and where models are
function routeOf(context: RequestContext, model: string, kind: AskKind, config: RoutedBy): RoutePlan {
  const { manifest } = context.release
  const { models } = manifest.components
  const asked = models.find((component) => component.model === model)
  // A fallback is named by the id of another model component of the same release, or by that model's own name.
  const named = kind === 'embedding' ? [] : (asked?.fallbacks ?? [])
  const fallbacks = named.map((name) => models.find(({ id }) => id === name)?.model ?? name)
  const upstreams = [...config.transport.upstreams.values()]
  const isNamed = upstreams.some(({ id }) => id === asked?.provider)
  return planRoute(
    [...new Set([model, ...fallbacks])],
    // One that lists no models serves those of the provider it is named for; with no such name, every one.
    upstreams.filter(({ id, models: listed }) => !isNamed || listed !== undefined || id === asked?.provider),
    {
      tenant: context.subject?.tenant,
      dataClasses: manifest.intake.dataClasses,
      confidentiality: context.label.confidentiality,
      systemRegions: manifest.data?.residency,
    },
    config.regions,
  )
}
