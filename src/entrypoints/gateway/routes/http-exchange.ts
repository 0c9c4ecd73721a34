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
      // Nothing more of it is read: the connection ends with the answer.
      request.removeAllListeners('data').pause()
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

export function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  // With its length told, head and body leave in one write.
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}
