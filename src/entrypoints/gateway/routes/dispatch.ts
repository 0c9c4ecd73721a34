import type { IncomingMessage } from 'node:http'
import { errorBody, type GatewayErrorCode } from '../../../contract/openai/error-body.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { chatRoute } from './chat-route.ts'
import { sendJson, type HttpExchange } from './http-exchange.ts'
import { modelList } from './models-route.ts'
import { serveOperator } from './operator-routes.ts'

/** Binds each path to its codec. What has no codec is refused, never passed through. */
export async function dispatch(ports: GatewayPorts, exchange: HttpExchange): Promise<void> {
  const { request, response } = exchange
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (serveOperator(ports, path, exchange)) return
  const caller = callerOf(ports, request)
  if (caller === undefined) return refuse(exchange, 401, 'invalid_api_key', 'the API key is missing or unknown')
  switch (`${request.method} ${path}`) {
    case 'GET /v1/models':
      return sendJson(response, 200, modelList(caller))
    case 'POST /v1/chat/completions':
      return chatRoute(ports, caller, exchange)
    default:
      return refuse(exchange, 404, 'not_found', 'this gateway serves no such path')
  }
}

/** An exception that nobody expected: the client learns nothing of it. */
export function answerBug(exchange: HttpExchange): void {
  if (exchange.response.headersSent) exchange.response.destroy()
  else refuse(exchange, 500, 'internal_error', 'internal error')
}

function callerOf(ports: GatewayPorts, request: IncomingMessage): Caller | undefined {
  const key = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
  return key === undefined ? undefined : ports.admission.callerOf(key)
}

function refuse({ response }: HttpExchange, status: number, code: GatewayErrorCode, message: string): void {
  sendJson(response, status, errorBody(code, message))
}
