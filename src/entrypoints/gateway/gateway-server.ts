import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { parseJson, type JsonObject } from '../../base/json.ts'
import { completionBody, completionChunks } from '../../contract/openai/completion.ts'
import { errorBody, type GatewayErrorCode } from '../../contract/openai/error-body.ts'
import type { Caller, GatewayPorts } from './gateway-ports.ts'
import { handleChat, type ChatReply } from './handle-chat.ts'

const BODY_BYTES_MAX = 4 * 1_048_576
const PING_MS = 1_000
const REQUEST_TIMEOUT_MS = 30_000

/** The gateway's HTTP face. It makes no decision: each route binds a codec to the use case, and what has no codec is refused. */
export function gatewayServer(ports: GatewayPorts): Server {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      const id = ports.newId()
      response.setHeader('x-request-id', id)
      route(ports, id, request, response).catch((error: unknown) => {
        // The client left while it was still sending: there is nobody to answer and nothing to record.
        if (error !== undefined && error === request.errored) return
        // A bug, not an expected failure: the client learns nothing of it, the operator all.
        ports.onBug?.(error)
        if (!response.headersSent) sendError(response, 500, 'internal_error', 'internal error')
        else response.destroy()
      })
    },
  )
  server.maxHeadersCount = 100
  return server
}

async function route(
  ports: GatewayPorts,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0]
  if (request.method === 'GET' && path === '/healthz') return sendJson(response, 200, { status: 'ok' })
  if (request.method === 'GET' && path === '/readyz') {
    const { outage } = ports.admission
    return sendJson(response, outage === undefined ? 200 : 503, {
      status: outage === undefined ? 'ready' : 'not ready',
      ...(outage === undefined ? {} : { reason: outage }),
    })
  }
  if (request.method === 'GET' && path === '/metrics') return ports.telemetry.serveMetrics(request, response)
  const caller = callerOf(ports, request)
  if (caller === undefined) return sendError(response, 401, 'invalid_api_key', 'the API key is missing or unknown')
  if (request.method === 'GET' && path === '/v1/models') return sendJson(response, 200, modelList(caller))
  if (request.method === 'POST' && path === '/v1/chat/completions')
    return chat(ports, { id, caller, request, response })
  return sendError(response, 404, 'not_found', 'this gateway serves no such path')
}

function callerOf(ports: GatewayPorts, request: IncomingMessage): Caller | undefined {
  const key = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
  return key === undefined ? undefined : ports.admission.callerOf(key)
}

function modelList({ admitted }: Caller): JsonObject {
  const models = new Set(
    admitted.releases.flatMap(({ manifest }) => manifest.components.models.map(({ model }) => model)),
  )
  return {
    object: 'list',
    data: [...models].toSorted().map((id) => ({ id, object: 'model', created: 0, owned_by: 'gatehouse' })),
  }
}

async function chat(
  ports: GatewayPorts,
  {
    id,
    caller,
    request,
    response,
  }: {
    readonly id: string
    readonly caller: Caller
    readonly request: IncomingMessage
    readonly response: ServerResponse
  },
): Promise<void> {
  const body = await readBody(request)
  if (body === undefined)
    return sendError(response, 413, 'request_too_large', `the body is larger than ${BODY_BYTES_MAX} bytes`)
  const json = parseJson(body, BODY_BYTES_MAX)
  if (!json.ok) return sendError(response, 400, 'invalid_request', 'the body is no JSON')
  const abort = new AbortController()
  response.on('close', () => abort.abort())
  let ping: NodeJS.Timeout | undefined
  const onStream = (): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    response.write(': judging\n\n')
    ping = setInterval(() => response.write(': judging\n\n'), PING_MS)
  }
  const subject = request.headers['gatehouse-subject']
  try {
    const reply = await handleChat(
      ports,
      { id, caller, body: json.value, subjectToken: typeof subject === 'string' ? subject : undefined },
      { onStream, signal: abort.signal },
    )
    clearInterval(ping)
    deliver(reply, response)
  } finally {
    clearInterval(ping)
  }
}

function deliver(reply: ChatReply, response: ServerResponse): void {
  if (response.destroyed) return
  if (!response.headersSent)
    return reply.kind === 'error'
      ? sendJson(response, reply.status, reply.body)
      : sendJson(response, 200, completionBody(reply.completion))
  // The stream is open: an error travels as an event that clients raise, never as a clean end.
  if (reply.kind === 'error') {
    response.end(`data: ${JSON.stringify(reply.body)}\n\n`)
    return
  }
  for (const chunk of completionChunks(reply.completion, reply.includeUsage))
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  response.end('data: [DONE]\n\n')
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

function sendError(response: ServerResponse, status: number, code: GatewayErrorCode, message: string): void {
  sendJson(response, status, errorBody(code, message))
}
