// The floor: a reverse proxy of `node:http` and an undici pool that looks at nothing: `node bench/gateway-bare.ts UPSTREAM`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

const pool = new Pool(new URL(process.argv[2] ?? '').origin, { connections: 256 })
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (bytes: Buffer) => parts.push(bytes))
  request.on('end', () => {
    pool
      .stream(
        {
          method: 'POST',
          path: request.url ?? '/',
          headers: { 'content-type': 'application/json', authorization: 'Bearer upstream' },
          body: Buffer.concat(parts),
        },
        ({ statusCode, headers }) => response.writeHead(statusCode, headers as Record<string, string>),
      )
      .catch(() => response.destroy())
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
