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
      const { outage } = ports.admission
      sendJson(response, outage === undefined ? 200 : 503, {
        status: outage === undefined ? 'ready' : 'not ready',
        ...(outage === undefined ? {} : { reason: outage }),
      })
      return true
    }
    case '/metrics':
      ports.telemetry.serveMetrics(request, response)
      return true
    default:
      return false
  }
}
