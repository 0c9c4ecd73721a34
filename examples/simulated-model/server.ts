// An OpenAI-compatible server around the simulated model. Its model answers under the name that was asked for, with
// `system_fingerprint: "simulated"`, so that nothing downstream can take it for a real one.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answer, type SimulatedMessage, type Temptation } from './behaviour.ts'

const BODY_BYTES_MAX = 8 * 1_048_576
export const SIMULATED_SEED = 20_260

interface ChatBody {
  readonly model: string
  readonly messages: readonly SimulatedMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage?: boolean }
}

/** `onTempted` hears of every die that is thrown, so that a test can hold reported rates against the planted ones. */
export function simulatedModelServer(
  seed: number = SIMULATED_SEED,
  onTempted?: (temptation: Temptation) => void,
): Server {
  return createServer((request, response) => {
    serve({ seed, onTempted }, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

interface Die {
  readonly seed: number
  readonly onTempted: ((temptation: Temptation) => void) | undefined
}

async function serve({ seed, onTempted }: Die, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/healthz')
    return json(response, 200, { status: 'ok', model: 'simulated' })
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return json(response, 404, {
      error: { message: 'no such path', type: 'invalid_request_error', param: null, code: 'not_found' },
    })
  const body = await read(request)
  if (body === undefined || !Array.isArray(body.messages))
    return json(response, 400, {
      error: { message: 'not a chat completion request', type: 'invalid_request_error', param: null, code: null },
    })
  const reply = answer(
    body.messages,
    (body.tools ?? []).map((tool) => tool.function.name),
    seed,
    onTempted,
  )
  const id = `chatcmpl-sim-${createHash('sha256').update(JSON.stringify(body.messages)).digest('hex').slice(0, 20)}`
  const callId = `call_${id.slice(-20)}`
  const message =
    reply.kind === 'text'
      ? { role: 'assistant', content: reply.text, refusal: null }
      : {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [
            { id: callId, type: 'function', function: { name: reply.name, arguments: JSON.stringify(reply.args) } },
          ],
        }
  const finish = reply.kind === 'text' ? 'stop' : 'tool_calls'
  const inputTokens = Math.ceil(JSON.stringify(body.messages).length / 4)
  const outputTokens = Math.ceil(JSON.stringify(message).length / 4)
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
  const head = { id, created: 0, model: body.model, system_fingerprint: 'simulated' }
  if (body.stream !== true)
    return json(response, 200, {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
      usage,
    })
  stream(response, head, { message, finish, usage: body.stream_options?.include_usage === true ? usage : undefined })
}

function stream(
  response: ServerResponse,
  head: object,
  {
    message,
    finish,
    usage,
  }: {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly object[] }
    readonly finish: string
    readonly usage: object | undefined
  },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: object, finishReason: string | null): void => {
    response.write(
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`,
    )
  }
  send({ role: 'assistant', content: '' }, null)
  for (const word of (message.content ?? '').match(/\S+\s*|\s+/g) ?? []) send({ content: word }, null)
  for (const [index, call] of (message.tool_calls ?? []).entries()) send({ tool_calls: [{ index, ...call }] }, null)
  send({}, finish)
  if (usage !== undefined)
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage })}\n\n`)
  response.end('data: [DONE]\n\n')
}

async function read(request: IncomingMessage): Promise<ChatBody | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as ChatBody
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
