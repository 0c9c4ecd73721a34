import type { SpoolLine } from '../../src/contract/decision/decision-record.ts'
import type { GatewayOptions } from '../../src/entrypoints/gateway/start-gateway.ts'
import { WIRES } from './gateway-wires.ts'
import { startLightGateway, type LightGateway } from './light-gateway.ts'
import { eventually } from './temp-folder.ts'

export interface FaultSetting {
  readonly upstream?: Readonly<Record<string, unknown>>
  readonly more?: Readonly<Record<string, unknown>>
  readonly options?: Partial<GatewayOptions>
}

/** A light gateway whose one upstream may fail as often as it likes without being left out, unless the setting says so. */
export function gatewayBefore(
  url: string,
  { upstream = {}, more = {}, options = {} }: FaultSetting = {},
): Promise<LightGateway> {
  const own = { id: 'a', url, network: 'private', retry: { retries: 0 }, breaker: { failures: 1_000 }, ...upstream }
  return startLightGateway({ upstreams: [{ ...own, outlier: { callsMin: 100_000 } }], ...more }, {}, options)
}

export const requestIdOf = (response: Response): string => response.headers.get('x-request-id') ?? ''
export const shippedLines = ({ plane }: Pick<LightGateway, 'plane'>): readonly SpoolLine[] =>
  plane.segments.flatMap(({ lines }) => lines)

/** The outcome of a request as it came to the control plane. */
export async function shippedOutcome(light: LightGateway, id: string): Promise<SpoolLine | undefined> {
  return eventually(
    () => shippedLines(light).find((line) => line.kind === 'outcome' && line.id === id),
    (line) => line !== undefined,
  )
}

export async function errorCodeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code?: string } }).error.code ?? ''
}

/** A request of the approved release over one of the wires. */
export function askOver(light: LightGateway, wire: string, isStream: boolean): Promise<Response> {
  const { path, request } = WIRES[wire]!
  return fetch(`${light.gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${light.signer.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(request({}, { isStream })),
  })
}
