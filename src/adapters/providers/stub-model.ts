import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'

/** What a stub says to whoever asks: a sentence, a call of a tool that nobody declares, or nothing at all. */
export type StubAnswer = 'sentence' | 'undeclared-tool' | 'outage'

export interface StubModel extends AsyncDisposable {
  readonly baseUrl: string
  answer: StubAnswer
}

const BODY_BYTES_MAX = 8 * 1_048_576
const SENTENCE = 'Here is what I found.'
const UNDECLARED = [{ index: 0, id: 'call_1', type: 'function', function: { name: 'undeclared', arguments: '{}' } }]

/** A model on loopback whose answers are known beforehand: for checks of what the gateway itself says. */
export async function startStubModel(): Promise<StubModel> {
  const stub: { answer: StubAnswer } = { answer: 'sentence' }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (bytes: Buffer) => {
      length += bytes.length
      if (length > BODY_BYTES_MAX) request.destroy()
      else parts.push(bytes)
    })
    request.on('end', () => {
      const body = parseJson(Buffer.concat(parts).toString('utf8'), BODY_BYTES_MAX)
      const asked = body.ok && isJsonObject(body.value as never) ? (body.value as JsonObject) : {}
      send(response, asked, stub.answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get answer() {
      return stub.answer
    },
    set answer(answer) {
      stub.answer = answer
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(response: ServerResponse, { stream, model = 'stub' }: JsonObject, answer: StubAnswer): void {
  if (answer === 'outage') return void response.writeHead(500, { 'content-type': 'application/json' }).end('{}')
  const isCall = answer === 'undeclared-tool'
  const said = isCall ? { content: null, tool_calls: UNDECLARED } : { content: SENTENCE }
  const reason = isCall ? 'tool_calls' : 'stop'
  const head = { id: 'stub', created: 1_700_000_000, model }
  if (stream !== true)
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', ...said }, finish_reason: reason }],
      }),
    )
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(`${chunk({ role: 'assistant', ...said }, null)}${chunk({}, reason)}data: [DONE]\n\n`)
}
