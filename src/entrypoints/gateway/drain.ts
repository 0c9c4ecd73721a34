import { once } from 'node:events'
import type { Server } from 'node:http'

const IDLE_LOOK_MS = 20

/**
 * Takes no new connection, lets what runs end, and cuts off what is still running at the deadline. Resolves once every
 * connection is gone; true when nothing had to be cut off.
 */
export async function drain(server: Server, deadlineMs: number): Promise<boolean> {
  const closed = once(server, 'close')
  server.close()
  // A connection that is kept alive is idle once its last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
  let isCut = false
  const deadline = setTimeout(() => {
    isCut = true
    server.closeAllConnections()
  }, deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(deadline)
  return !isCut
}
