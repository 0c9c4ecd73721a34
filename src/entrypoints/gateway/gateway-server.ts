import { createServer, type Server } from 'node:http'
import type { GatewayPorts } from './gateway-ports.ts'
import { answerBug, dispatch } from './routes/dispatch.ts'

const REQUEST_TIMEOUT_MS = 30_000

/** The gateway's HTTP face: sockets, time-outs and the id of a request. What a path means is decided in `routes/`. */
export function gatewayServer(ports: GatewayPorts): Server {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      const id = ports.newId()
      response.setHeader('x-request-id', id)
      dispatch(ports, { id, request, response }).catch((error: unknown) => {
        // The client left while it was still sending: there is nobody to answer and nothing to record.
        if (error !== undefined && error === request.errored) return
        // A bug, not an expected failure: the client learns nothing of it, the operator all.
        ports.onBug?.(error)
        answerBug({ id, request, response })
      })
    },
  )
  server.maxHeadersCount = 100
  return server
}
