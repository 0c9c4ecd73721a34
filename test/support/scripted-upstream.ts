import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface ScriptedUpstream extends AsyncDisposable {
  readonly url: string
  /** Requests that have arrived whole. */
  readonly count: () => number
  /** Sockets that the other side has closed. */
  readonly closed: () => number
  /** What is done with each request from now on, by its number from 0 on and its body. */
  answer(script: (socket: Socket, at: number, body: string) => void): void
}

export const head = (status: number, more = '', type = 'application/json'): string =>
  `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\n${more}`

export const whole = (status: number, body: string, more = ''): string =>
  `${head(status, more)}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

export const piece = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
export const CHUNKED = 'transfer-encoding: chunked\r\n\r\n'

/** A provider that says byte by byte what a test tells it, over a bare socket: real servers are too well behaved. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  let script = (socket: Socket, _at: number, _body: string): void => void socket.write(whole(200, '{}'))
  let count = 0
  let closed = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      for (;;) {
        const end = received.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0)
        if (end < 0 || received.length < end + 4 + length) return
        const body = received.slice(end + 4, end + 4 + length)
        received = received.slice(end + 4 + length)
        count += 1
        script(socket, count - 1, body)
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      closed += 1
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    count: () => count,
    closed: () => closed,
    answer(next) {
      script = next
      count = 0
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
