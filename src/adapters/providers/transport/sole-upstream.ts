import { nodeChance } from '../../crypto/node-crypto.ts'
import { monotonicMs } from '../../clock/system-clock.ts'
import { configuredUpstreams } from './configured-upstreams.ts'
import { ResilientTransport } from './resilient-transport.ts'
import type { Transport, TransportTarget, UpstreamProtocol } from './transport.ts'

const ID = 'sole'

/** A transport with one endpoint, for what needs no file: asked once, never again for the same call. */
export function soleUpstream(
  url: string,
  key: string | undefined,
  protocol: UpstreamProtocol = 'openai',
): { readonly transport: Transport; readonly targetOf: (model: string) => TransportTarget } {
  const configured = configuredUpstreams(
    [{ id: ID, url, protocol, network: 'private', retry: { retries: 0 } }],
    () => null,
  )
  return {
    transport: new ResilientTransport(
      configured.map((upstream) => ({ ...upstream, key: () => key })),
      { monotonicMs, chance: nodeChance },
    ),
    targetOf: (model) => ({ upstream: ID, model }),
  }
}
