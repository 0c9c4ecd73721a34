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
  return planRoute(
    [...new Set([model, ...fallbacks])],
    [...config.transport.upstreams.values()],
    {
      tenant: context.subject?.tenant,
      dataClasses: manifest.intake.dataClasses,
      confidentiality: context.label.confidentiality,
      systemRegions: manifest.data?.residency,
    },
    config.regions,
  )
}
