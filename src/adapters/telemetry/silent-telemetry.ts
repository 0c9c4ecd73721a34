import type { GatewayTelemetry } from './gateway-telemetry.ts'

/** No metrics and no spans. */
export function silentTelemetry(): GatewayTelemetry {
  return {
    record: () => undefined,
    findings: () => undefined,
    attempts: () => undefined,
    limit: () => undefined,
    shadow: () => undefined,
    observe: () => undefined,
    serveMetrics: (response) => void response.writeHead(404).end(),
    close: async () => undefined,
  }
}
