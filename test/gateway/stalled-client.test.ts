import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SseResponse } from '../../src/entrypoints/gateway/exchange/sse-response.ts'

let server: Server
let client: Socket | undefined
beforeEach(() => {
  server = createServer()
})
afterEach(() => {
  client?.destroy()
  server.closeAllConnections()
  server.close()
})

const STALLED_MS = 1_000

/** A stream to a client that reads nothing; time goes as the test says. */
async function stalled(now: () => number, send: (sse: SseResponse) => void): Promise<Promise<unknown>> {
  const closed = new Promise((resolve) => {
    server.on('request', (_, response: ServerResponse) => {
      response.on('close', () => resolve(response.writableFinished))
      send(new SseResponse(response, now, ': ping\n\n', STALLED_MS))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.pause()
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return closed
}

// More than the kernel takes for a client that does not read.
const MUCH = 'x'.repeat(32_000_000)

test.each([
  ['in the midst of a stream', (sse: SseResponse) => void sse.write(MUCH)],
  ['with the whole stream sent', (sse: SseResponse) => sse.end(MUCH)],
])('a client that takes nothing %s is let go after a while', async (_, send) => {
  let now = 0
  const closed = await stalled(() => (now += 300), send)
  expect(await closed).toBe(false)
})
