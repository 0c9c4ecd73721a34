import type { ServerResponse } from 'node:http'
import { parseJson } from '../../../base/json.ts'
import { completionBody, completionChunks } from '../../../contract/openai/completion.ts'
import { errorBody } from '../../../contract/openai/error-body.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { handleChat, type ChatReply } from '../handle-chat.ts'
import { BODY_BYTES_MAX, readBody, sendJson, type HttpExchange } from './http-exchange.ts'

const PING_MS = 1_000

/** `POST /v1/chat/completions`. */
export async function chatRoute(
  ports: GatewayPorts,
  caller: Caller,
  { id, request, response }: HttpExchange,
): Promise<void> {
  const body = await readBody(request)
  if (body === undefined)
    return sendJson(response, 413, errorBody('request_too_large', `the body is larger than ${BODY_BYTES_MAX} bytes`))
  const json = parseJson(body, BODY_BYTES_MAX)
  if (!json.ok) return sendJson(response, 400, errorBody('invalid_request', 'the body is no JSON'))
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
