import { createServer, type Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { GatewayPorts } from './gateway-ports.ts'
import { answerBug, dispatch } from './routes/dispatch.ts'
import type { HttpExchange } from './routes/http-exchange.ts'

/** How long a client may take to send the head and the whole of a request. */
export interface RequestTimes {
  readonly headersMs: number
  readonly requestMs: number
}

export interface GatewayServer extends Server {
  /** Resolves once every request that was begun has been recorded as ended, or after this time. */
  settled(withinMs: number): Promise<void>
}

const REQUEST_TIMES: RequestTimes = { headersMs: 10_000, requestMs: 30_000 }
/** How often slow senders are looked for: node's own 30 s would let one stay three times as long. */
const LOOK_MS = 1_000
const IDLE_MS = 660_000

/** The gateway's HTTP face: sockets, time-outs and the id of a request. What a path means is decided in `routes/`. */
export function gatewayServer(ports: GatewayPorts, times: RequestTimes = REQUEST_TIMES): GatewayServer {
  let running = 0
  /** Told when the last request has ended, while somebody waits for that. */
  let onSettled: (() => void) | undefined
  const ended = (): void => {
    running -= 1
    if (running === 0) onSettled?.()
  }
  const server = createServer(
    {
      requestTimeout: times.requestMs,
      headersTimeout: times.headersMs,
      connectionsCheckingInterval: Math.min(LOOK_MS, times.headersMs),
      keepAliveTimeout: 5_000,
    },
    (request, response) => {
      const id = ports.newId()
      response.setHeader('x-request-id', id)
      const exchange: HttpExchange = { id, request, response, owed: undefined }
      running += 1
      serve(ports, exchange).then(ended, ended)
    },
  )
  server.maxHeadersCount = 100
  // A connection on which nothing moves either way for longer than any answer may take.
  server.setTimeout(IDLE_MS)
  return Object.assign(server, {
    async settled(withinMs: number) {
      if (running === 0) return
      const late = new AbortController()
      const over = setTimeout(withinMs, undefined, { signal: late.signal }).catch(() => undefined)
      await Promise.race([new Promise<void>((resolve) => (onSettled = resolve)), over])
      late.abort()
    },
  })
}

async function serve(ports: GatewayPorts, exchange: HttpExchange): Promise<void> {
  try {
    await dispatch(ports, exchange)
  } catch (error) {
    // The client left while it was still sending: there is nobody to answer and nothing to record.
    if (error !== undefined && error === exchange.request.errored) return
    // A bug, not an expected failure: the client learns nothing of it, the operator all.
    ports.onBug?.(error)
    await exchange.owed?.().catch((second: unknown) => ports.onBug?.(second))
    answerBug(exchange)
  }
}
