import type { ConfiguredUpstream } from '../../../contract/gateway-config/gateway-config.ts'
import {
  DEFAULT_BODY_BYTES_MAX,
  DEFAULT_BREAKER,
  DEFAULT_CONNECTIONS_MAX,
  DEFAULT_OUTLIER,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUTS,
  DEFAULT_WAITING_MAX,
  type UpstreamOptions,
} from './upstream-options.ts'

/** Upstreams as the file names them, with every default filled in. */
export function configuredUpstreams(
  upstreams: readonly ConfiguredUpstream[],
  keyOf: (id: string) => string | null,
): readonly UpstreamOptions[] {
  return upstreams.map((upstream) => ({
    id: upstream.id,
    protocol: upstream.protocol,
    url: upstream.url,
    region: upstream.region,
    models: upstream.models === undefined ? undefined : new Set(upstream.models),
    apiVersion: upstream.apiVersion,
    network: upstream.network,
    key: upstream.key === undefined ? () => undefined : () => keyOf(upstream.id),
    timeouts: withDefaults(DEFAULT_TIMEOUTS, upstream.timeouts ?? {}),
    retry: withDefaults(DEFAULT_RETRY, {
      retriesMax: upstream.retry?.retries,
      budgetPercent: upstream.retry?.budgetPercent,
      budgetFloor: upstream.retry?.budgetFloor,
      backoffMs: upstream.retry?.backoffMs,
      backoffMaxMs: upstream.retry?.backoffMaxMs,
    }),
    breaker: withDefaults(DEFAULT_BREAKER, {
      failuresMax: upstream.breaker?.failures,
      openMs: upstream.breaker?.openMs,
    }),
    outlier: withDefaults(DEFAULT_OUTLIER, upstream.outlier ?? {}),
    connectionsMax: upstream.connections ?? DEFAULT_CONNECTIONS_MAX,
    waitingMax: upstream.waiting ?? DEFAULT_WAITING_MAX,
    bodyBytesMax: DEFAULT_BODY_BYTES_MAX,
    hedgeAfterMs: upstream.hedgeAfterMs,
  }))
}

/** The defaults with what was given in their place; what was not given is not there, or undefined. */
function withDefaults<Options extends object>(
  defaults: Options,
  given: { readonly [Name in keyof Options]?: number | undefined },
): Options {
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(named) }
}
