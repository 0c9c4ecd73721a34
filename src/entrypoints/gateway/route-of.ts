import type { LiveConfig } from '../../adapters/gateway/live-config.ts'
import type { RequestContext } from '../../application/gateway/decide-request.ts'
import { planRoute, type RoutePlan } from '../../domain/routing/plan-route.ts'

/** Where a judged request may go: its model and the release's fallbacks for it, at the upstreams of its regions. */
export function routeOf(context: RequestContext, model: string, config: LiveConfig): RoutePlan {
  const { manifest } = context.release
  const { models } = manifest.components
  const asked = models.find((component) => component.model === model)
  // A fallback is named by the id of another model component of the same release, or by that model's own name.
  const fallbacks = (asked?.fallbacks ?? []).map((name) => models.find(({ id }) => id === name)?.model ?? name)
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
