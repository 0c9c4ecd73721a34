import type { IncomingMessage } from 'node:http'
import { errorBody, type GatewayErrorCode } from '../../../contract/openai/error-body.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { chatCodec } from '../../../contract/openai/chat-codec.ts'
import { responsesCodec } from '../../../contract/openai/responses-codec.ts'
import { anthropicError } from '../../../contract/anthropic/error-body.ts'
import { messagesCodec } from '../../../contract/anthropic/messages-codec.ts'
import { serveAuthorize, serveExternalAuthorization, serveGuard } from '../exchange/decision-point.ts'
import { serveEmbeddings } from '../exchange/serve-embeddings.ts'
import { serveReport } from '../exchange/serve-report.ts'
import { serveModel } from '../exchange/serve-model.ts'
import { isMcpPath, serveMcp } from '../mcp/serve-mcp.ts'
import { serveMcpDecision } from '../mcp/serve-mcp-decision.ts'
import { switchedOff } from './flags-route.ts'
import { sendJson, type HttpExchange } from './http-exchange.ts'
import { anthropicModelList, modelList } from './models-route.ts'
import { serveOperator } from './operator-routes.ts'

/** Binds each path to its codec. What has no codec is refused, never passed through. */
export async function dispatch(ports: GatewayPorts, exchange: HttpExchange): Promise<void> {
  const { request } = exchange
  const path = pathOf(request.url ?? '/')
  if (serveOperator(ports, path, exchange)) return
  if (isAmbiguous(request))
    return refuse(exchange, 400, 'invalid_request', 'a header that says who calls is there twice')
  const found = callerOf(ports, request)
  // A key is looked up at once: only for a token there is something to wait for.
  const caller = found instanceof Promise ? await found : found
  if (caller === undefined) return refuseUnknown(path, exchange)
  await serve(ports, caller, path, exchange)
}

// oxlint-disable-next-line max-params -- who asks for which path
function serve(ports: GatewayPorts, caller: Caller, path: string, exchange: HttpExchange): void | Promise<void> {
  const { request, response } = exchange
  if (isMcpPath(path)) return serveMcp(ports, caller, path, exchange)
  if (path.startsWith('/v1/mcp/')) return serveMcpDecision(ports, caller, path, exchange)
  if (path === '/v1/ext-authz' || path.startsWith('/v1/ext-authz/'))
    return serveExternalAuthorization(ports, caller, exchange)
  switch (`${request.method} ${path}`) {
    case 'GET /v1/models':
      return sendJson(response, 200, isAnthropic(request) ? anthropicModelList(caller) : modelList(caller))
    case 'GET /v1/flags':
      return sendJson(response, 200, switchedOff(ports, caller))
    case 'POST /v1/chat/completions':
      return serveModel(ports, caller, chatCodec, exchange)
    case 'POST /v1/responses':
      return serveModel(ports, caller, responsesCodec, exchange)
    case 'POST /v1/guard':
      return serveGuard(ports, caller, exchange)
    case 'POST /v1/authorize':
      return serveAuthorize(ports, caller, exchange)
    case 'POST /v1/reports':
      return serveReport(ports, caller, exchange)
    case 'POST /v1/embeddings':
      return serveEmbeddings(ports, caller, exchange)
    case 'POST /v1/messages':
      return serveModel(ports, caller, messagesCodec, exchange)
    default:
      return refuse(exchange, 404, 'not_found', 'this gateway serves no such path')
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** An exception that nobody expected: the client learns nothing of it. */
export function answerBug(exchange: HttpExchange): void {
  if (exchange.response.headersSent) exchange.response.destroy()
  else refuse(exchange, 500, 'internal_error', 'internal error')
}

function refuseUnknown(path: string, exchange: HttpExchange): void {
  if (isMcpPath(path)) exchange.response.setHeader('www-authenticate', 'Bearer')
  refuse(exchange, 401, 'invalid_api_key', 'the API key is missing or unknown')
}

const SAID_ONCE = new Set(['authorization', 'x-api-key', 'gatehouse-subject', 'gatehouse-approval', 'gatehouse-tool'])

/** SECURITY: of two values a proxy in front may have checked the one and node would take the other. */
function isAmbiguous({ rawHeaders }: IncomingMessage): boolean {
  const seen: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (!SAID_ONCE.has(name)) continue
    if (seen.includes(name)) return true
    seen.push(name)
  }
  return false
}

/** Undefined: nobody whom this gateway knows. */
function callerOf(ports: GatewayPorts, request: IncomingMessage): Caller | undefined | Promise<Caller | undefined> {
  const { authorization, 'x-api-key': header } = request.headers
  const token = /^Bearer (eyJ[\w-]+\.[\w-]+\.[\w-]*)$/.exec(authorization ?? '')?.[1]
  if (token !== undefined) return callerByToken(ports, token)
  const key =
    /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization ?? '')?.[1] ??
    // Clients of Anthropic send their key by this name.
    (authorization === undefined && typeof header === 'string' ? /^[\x21-\x7e]{1,512}$/.exec(header)?.[0] : undefined)
  return key === undefined ? undefined : ports.admission.callerOf(key)
}

/** SECURITY: system, tenant and roles come from the verified claims, by the mapping of the gateway's own file. */
async function callerByToken({ admission, workloadOf }: GatewayPorts, token: string): Promise<Caller | undefined> {
  const workload = await workloadOf?.(token)
  const caller = workload === undefined ? undefined : admission.callerOfSystem(workload.system)
  if (workload === undefined || caller === undefined) return undefined
  return { ...caller, keyId: workload.keyId, subject: workload.subject }
}

/** Which of the two error shapes a client reads, where no route has told. */
function isAnthropic({ url, headers }: IncomingMessage): boolean {
  return headers['anthropic-version'] !== undefined || url?.startsWith('/v1/messages') === true
}

function refuse(
  { id, request, response }: HttpExchange,
  status: number,
  code: GatewayErrorCode,
  message: string,
): void {
  const error = { status, code, message, param: null, requestId: id }
  sendJson(response, status, isAnthropic(request) ? anthropicError(error) : errorBody(code, message))
}
