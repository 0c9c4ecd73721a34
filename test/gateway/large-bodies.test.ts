import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'

// A body that is too large is refused, and its connection ends.

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const PATHS = ['/v1/guard', '/v1/chat/completions']

async function post(path: string, body: string, agent: Agent): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
  const sent = request(`${gateway.url}${path}`, { method: 'POST', headers, agent })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}

test.each(PATHS)('%s says so, and the next request on the same agent is answered at once', async (path) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const refused = await post(path, JSON.stringify({ text: 'x'.repeat(5_000_000) }), agent)
  expect([refused.statusCode, refused.headers.connection]).toEqual([413, 'close'])
  const next = await post('/v1/guard', JSON.stringify({ text: 'Hi' }), agent)
  expect([next.statusCode, next.headers.connection]).toEqual([200, 'keep-alive'])
  agent.destroy()
})

test('a client that never ends its body is let go', async () => {
  const { hostname, port } = new URL(gateway.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/guard HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${API_KEY}\r\ncontent-type: application/json\r\ncontent-length: 90000000\r\n\r\n`,
  )
  const piece = 'x'.repeat(100_000)
  const sending = setInterval(() => socket.write(piece), 1)
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString()))
  await once(socket, 'close')
  clearInterval(sending)
  expect(answer).toContain('413')
  expect(answer).toContain('request_too_large')
  expect(gateway.bugs).toEqual([])
})
