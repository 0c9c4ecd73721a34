import { isIP } from 'node:net'
import { Agent, fetch, type RequestInit } from 'undici'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { classifyAddress } from '../../domain/routing/address-class.ts'
import { AddressRefusedError, isReachable, pinnedLookup, type NetworkReach } from '../http/pinned-lookup.ts'

/** Longest message that a server may send. */
export const MESSAGE_BYTES_MAX = 4 * 1_048_576
const CONNECT_TIMEOUT_MS = 3_000
const HEADERS_TIMEOUT_MS = 60_000
const NEW_LINE = 10
const CARRIAGE_RETURN = 13

export interface BoundedFetch extends AsyncDisposable {
  readonly fetch: FetchLike
}

/**
 * `fetch` towards an MCP server: to checked addresses only, without redirects, and with no message longer than the bound.
 * An event stream may last; each of its events is bounded.
 */
export function boundedFetch(network: NetworkReach): BoundedFetch {
  const dispatcher = new Agent({
    connections: 16,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // A stream of events may be silent for long.
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: pinnedLookup(network) },
  })
  return {
    fetch: async (url, init) => {
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) !== 0 && !isReachable(classifyAddress(host), network))
        throw new AddressRefusedError('the address is refused')
      const response = await fetch(String(url), {
        ...(init as RequestInit | undefined),
        redirect: 'manual',
        dispatcher,
      })
      const { body, status, statusText, headers } = response
      const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
      const bounded = (body as unknown as ReadableStream<Uint8Array> | null)?.pipeThrough(bound(isStream)) ?? null
      return new Response(bounded, { status, statusText, headers: [...headers] as [string, string][] })
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

/** Fails at more bytes than a message may have; of a stream, since the last empty line. */
function bound(isStream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let length = 0
  let isLineEmpty = false
  return new TransformStream({
    transform(chunk, controller) {
      if (!isStream) length += chunk.length
      else
        for (const byte of chunk) {
          length += 1
          if (byte === CARRIAGE_RETURN) continue
          if (byte === NEW_LINE && isLineEmpty) length = 0
          isLineEmpty = byte === NEW_LINE
        }
      if (length > MESSAGE_BYTES_MAX) controller.error(new Error('a message of the MCP server is too long'))
      else controller.enqueue(chunk)
    },
  })
}
