import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Seen } from './job-engines.ts'

export interface ReceivedHook {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly path: string
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string
  readonly seen: Seen<ReceivedHook>
  /** What the next requests are answered with. */
  answer: (reply: ServerResponse, hook: ReceivedHook) => void
}

/** A receiver that keeps what it gets. */
export async function webhookReceiver(): Promise<WebhookReceiver> {
  const seen = new Seen<ReceivedHook>()
  const receiver = { answer: (reply: ServerResponse, _hook: ReceivedHook): void => void reply.end('ok') }
  const server = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const hook = { headers: request.headers, body: Buffer.concat(parts).toString(), path: request.url ?? '' }
      receiver.answer(reply, hook)
      seen.add(hook)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}
