import type { GatewayPorts } from '../gateway-ports.ts'
import { sendJson, type HttpExchange } from './http-exchange.ts'

/** What the operator asks: alive, ready, metrics. No credential, and nothing of a system in the answer. */
export function serveOperator(ports: GatewayPorts, path: string, { request, response }: HttpExchange): boolean {
  if (request.method !== 'GET') return false
  switch (path) {
    case '/healthz':
      sendJson(response, 200, { status: 'ok' })
      return true
    case '/readyz': {
      const { problem, gaps, isGapAllowed, unshipped, refused } = ports.sink.health()
      const recordOutage = problem === undefined || isGapAllowed ? undefined : `records cannot be written: ${problem}`
      const reason = ports.admission.outage ?? recordOutage
      const degraded = problem === undefined ? undefined : `records are missing: ${problem}`
      sendJson(response, reason === undefined ? 200 : 503, {
        status: reason === undefined ? 'ready' : 'not ready',
        ...(reason === undefined ? {} : { reason }),
        ...(degraded === undefined ? {} : { degraded }),
        records: { gaps, unshipped, refused },
      })
      return true
    }
    case '/metrics':
      ports.telemetry.serveMetrics(response)
      return true
    default:
      return false
  }
}
