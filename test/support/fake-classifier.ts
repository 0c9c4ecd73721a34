import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenCall {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
}

export interface FakeClassifier extends AsyncDisposable {
  readonly url: string
  readonly seen: SeenCall[]
  /** Settles when a caller has gone before its answer was whole. */
  readonly gone: Promise<void>
}

/** An HTTP service that answers each call as it is told, over a real socket. */
export async function startFakeClassifier(
  answer: (call: SeenCall, response: ServerResponse) => void,
): Promise<FakeClassifier> {
  const seen: SeenCall[] = []
  const gone = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) gone.resolve()
    })
    void (async () => {
      const parts: Buffer[] = []
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>
      const call = { path: request.url ?? '', headers: request.headers, body }
      seen.push(call)
      answer(call, response)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    gone: gone.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
