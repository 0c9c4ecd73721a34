// A provider that answers at once, or, once told so, a piece every so many milliseconds: `node bench/gateway-upstream.ts`.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

let pieceMs = 0
process.on('message', (told: { readonly pieceMs: number }) => {
  pieceMs = told.pieceMs
})
const PIECES = 50
const HEAD = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'model-a' }
const TEXT = 'Your order left the warehouse this morning and should arrive within two working days. '
const WHOLE = JSON.stringify({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 212, completion_tokens: 17, total_tokens: 229 },
})

const chunk = (delta: object, finishReason: string | null): string =>
  `data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`
const WORDS = TEXT.split(' ')
const EVENTS = [
  ...Array.from({ length: PIECES }, (_, at) =>
    chunk({ role: 'assistant', content: `${WORDS[at % 14] ?? 'and'} ` }, null),
  ),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
]

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (pieceMs === 0) {
    for (const event of EVENTS) response.write(event)
    response.end()
    return
  }
  let at = 0
  const timer = setInterval(() => {
    response.write(EVENTS[at])
    at += 1
    if (at < EVENTS.length) return
    clearInterval(timer)
    response.end()
  }, pieceMs)
  response.on('close', () => clearInterval(timer))
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (bytes: Buffer) => parts.push(bytes))
  request.on('end', () => {
    if (Buffer.concat(parts).includes('"stream":true')) return stream(response)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(WHOLE) })
    return response.end(WHOLE)
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
