import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../../base/json.ts'

/** One request on its way through a route. */
export interface HttpExchange {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export const BODY_BYTES_MAX = 4 * 1_048_576

/** Undefined: longer than `BODY_BYTES_MAX`. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

export function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
