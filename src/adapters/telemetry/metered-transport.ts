import type { Transport } from '../providers/transport/transport.ts'
import type { GatewayTelemetry } from './gateway-telemetry.ts'

/** The transport, with each try told to the meters. */
export function meteredTransport(transport: Transport, telemetry: Pick<GatewayTelemetry, 'attempts'>): Transport {
  return {
    async send(request) {
      const outcome = await transport.send(request)
      telemetry.attempts(outcome.attempts)
      return outcome
    },
    get upstreams() {
      return transport.upstreams
    },
    health: () => transport.health(),
    close: () => transport.close(),
  }
}
