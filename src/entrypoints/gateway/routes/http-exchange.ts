import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../../base/json.ts'

/** One request on its way through a route. */
export interface HttpExchange {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What the records are still owed once a decision is kept: asked for where a bug ends the request. */
  owed?: (() => Promise<unknown>) | undefined
}

export const BODY_BYTES_MAX = 4 * 1_048_576

/** Undefined: longer than `BODY_BYTES_MAX`. */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= BODY_BYTES_MAX) return void parts.push(part)
      // Nothing more of it is kept: the connection ends with the answer.
      request.removeAllListeners('data').removeAllListeners('end').resume()
      resolve(undefined)
    })
    request.on('end', () =>
      resolve((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8')),
    )
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(request.errored ?? new Error('the client left while it was sending'))
    })
  })
}

const TOO_LARGE = 413
/** How long a client may go on sending what nobody keeps. */
const LINGER_MS = 1_000

export function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  // With its length told, head and body leave in one write.
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === TOO_LARGE ? { connection: 'close' } : {}),
  })
  if (status === TOO_LARGE && !response.req.complete) endWithRequest(response, text)
  else response.end(text)
}

/** Closed at once, the connection would be reset under a client that is still sending, and the answer lost with it. */
function endWithRequest(response: ServerResponse, text: string): void {
  response.write(text)
  const timer = setTimeout(() => response.end(), LINGER_MS)
  response.req.once('close', () => response.end()).once('end', () => response.end())
  response.once('close', () => clearTimeout(timer))
}
