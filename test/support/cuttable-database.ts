import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { POSTGRES } from './postgres.ts'

/** PostgreSQL behind a way that can be cut, as a network or a restart does it. */
export interface CuttableDatabase extends AsyncDisposable {
  readonly url: string
  /** Breaks every connection, and lets no new one through until it is mended. */
  cut(): void
  mend(): void
}

export async function cuttableDatabase(): Promise<CuttableDatabase> {
  const database = new URL(POSTGRES)
  const sockets = new Set<Socket>()
  let isCut = false
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    keep(client)
    if (isCut) return void client.destroy()
    const there = keep(connect(Number(database.port === '' ? 5432 : database.port), database.hostname))
    client.pipe(there).pipe(client)
    client.on('close', () => there.destroy())
    there.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(database)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      isCut = false
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
