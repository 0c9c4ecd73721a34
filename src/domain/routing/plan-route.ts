import { DATA_CLASSES, type Confidentiality, type DataClass } from '../manifest/manifest.ts'

/** A place where models answer. */
export interface UpstreamPlace {
  readonly id: string
  /** Where it processes data; undefined: nobody said. */
  readonly region: string | undefined
  /** Models that it serves, by the provider's name; undefined: every one. */
  readonly models: ReadonlySet<string> | undefined
}

/** Regions that data may be processed in; what is not named is not bound. */
export interface RegionRules {
  readonly tenants: ReadonlyMap<string, readonly string[]>
  readonly dataClasses: ReadonlyMap<DataClass, readonly string[]>
}

export interface RoutedData {
  readonly tenant: string | undefined
  readonly dataClasses: readonly DataClass[]
  readonly confidentiality: Confidentiality
  /** Residency that the system's own manifest declares. */
  readonly systemRegions: readonly string[] | undefined
}

export interface RouteTarget {
  readonly upstream: string
  readonly model: string
  readonly isFallback: boolean
}

export type RoutePlan =
  | { readonly ok: true; readonly targets: readonly RouteTarget[] }
  | { readonly ok: false; readonly reason: 'no-upstream' | 'no-region' }

/** Data that must not go to a place of which nobody said where it is. */
const BOUND_CLASSES: ReadonlySet<DataClass> = new Set<DataClass>(['special-category', 'secrets'])

/** Regions that a request may go to, or undefined when nothing binds it; `[]`: none. */
export function allowedRegions(data: RoutedData, rules: RegionRules): readonly string[] | undefined {
  const bounds: (readonly string[])[] = []
  if (data.systemRegions !== undefined && data.systemRegions.length > 0) bounds.push(data.systemRegions)
  const tenant = data.tenant === undefined ? undefined : rules.tenants.get(data.tenant)
  if (tenant !== undefined) bounds.push(tenant)
  for (const name of DATA_CLASSES) {
    const regions = data.dataClasses.includes(name) ? rules.dataClasses.get(name) : undefined
    if (regions !== undefined) bounds.push(regions)
  }
  if (bounds.length === 0) return undefined
  return bounds.reduce((left, right) => left.filter((region) => right.includes(region)))
}

/** Whether an upstream may have this data: its region is one of the allowed, and known where the data is restricted. */
export function mayReceive({ region }: UpstreamPlace, data: RoutedData, rules: RegionRules): boolean {
  const allowed = allowedRegions(data, rules)
  const isRestricted = data.confidentiality === 'restricted' || data.dataClasses.some((name) => BOUND_CLASSES.has(name))
  if (region === undefined) return allowed === undefined && !isRestricted
  return allowed === undefined || allowed.includes(region)
}

/**
 * Where a request goes, in order: the model asked for at each upstream that serves it, then the release's fallbacks at
 * each that serves them. An upstream outside the allowed regions is never a target, not even as the last one.
 */
export function planRoute(
  models: readonly string[],
  upstreams: readonly UpstreamPlace[],
  data: RoutedData,
  rules: RegionRules,
): RoutePlan {
  const serving = models.flatMap((model, at) =>
    upstreams
      .filter((upstream) => upstream.models?.has(model) ?? true)
      .map((upstream) => ({ upstream, model, isFallback: at > 0 })),
  )
  const targets = serving
    .filter(({ upstream }) => mayReceive(upstream, data, rules))
    .map(({ upstream, model, isFallback }) => ({ upstream: upstream.id, model, isFallback }))
  if (targets.length > 0) return { ok: true, targets }
  return { ok: false, reason: serving.length === 0 ? 'no-upstream' : 'no-region' }
}
