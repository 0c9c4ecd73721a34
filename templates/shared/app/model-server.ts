// An OpenAI-compatible server around the simulated model. It answers under the name that was asked for, with
// `system_fingerprint: "simulated"`, so that nothing downstream can take it for a real one.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer, type SimulatedMessage } from './simulated-model.ts'

const BODY_BYTES_MAX = 4 * 1_048_576

export interface SimulatedModel {
  readonly url: string
  readonly close: () => Promise<void>
}

export async function startSimulatedModel(port: number): Promise<SimulatedModel> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface ChatBody {
  readonly model?: string
  readonly messages?: readonly SimulatedMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = (status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return reply(404, {
      error: { message: 'no such path', type: 'invalid_request_error', param: null, code: 'not_found' },
    })
  const body = await readBody(request)
  if (body?.messages === undefined)
    return reply(400, {
      error: { message: 'no chat completion request', type: 'invalid_request_error', param: null, code: null },
    })
  const said = answer(body.messages, new Set((body.tools ?? []).map((tool) => tool.function.name)))
  const id = createHash('sha256').update(JSON.stringify(body.messages)).digest('hex').slice(0, 20)
  const message =
    said.kind === 'text'
      ? { role: 'assistant', content: said.text, refusal: null }
      : {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [
            { id: `call_${id}`, type: 'function', function: { name: said.name, arguments: JSON.stringify(said.args) } },
          ],
        }
  reply(200, {
    id: `chatcmpl-sim-${id}`,
    object: 'chat.completion',
    created: 0,
    model: body.model ?? 'simulated',
    system_fingerprint: 'simulated',
    choices: [{ index: 0, message, logprobs: null, finish_reason: said.kind === 'text' ? 'stop' : 'tool_calls' }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  })
}

async function readBody(request: IncomingMessage): Promise<ChatBody | undefined> {
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
