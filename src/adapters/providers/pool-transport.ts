import { Pool } from 'undici'
import type {
  ResponseBody,
  Transport,
  TransportFailure,
  TransportRequest,
  TransportOutcome,
  UpstreamInfo,
  UpstreamProtocol,
} from './transport/transport.ts'

export interface PoolUpstream {
  readonly id: string
  readonly protocol: UpstreamProtocol
  readonly url: string
  readonly key: string | undefined
  readonly apiVersion?: string | undefined
  readonly models?: readonly string[] | undefined
}

const BODY_BYTES_MAX = 8 * 1_048_576
const HEADERS_TIMEOUT_MS = 60_000
const BODY_TIMEOUT_MS = 60_000
const CONNECTIONS_MAX = 256

/** One pool an upstream, no retries: for proving a release and for gateways of a single upstream. Keys stay in here. */
export function poolTransport(upstreams: readonly PoolUpstream[]): Transport {
  const pools = new Map(
    upstreams.map(({ id, url, key, protocol }) => [
      id,
      {
        headers: { 'content-type': 'application/json', ...keyHeader(protocol, key) },
        pool: new Pool(new URL(url).origin, {
          connections: CONNECTIONS_MAX,
          headersTimeout: HEADERS_TIMEOUT_MS,
          bodyTimeout: BODY_TIMEOUT_MS,
        }),
      },
    ]),
  )
  const infos = new Map(upstreams.map((upstream) => [upstream.id, infoOf(upstream)]))
  return {
    upstreams: infos,
    health: () => [],
    send: (request) => send(request, infos, pools),
    async close() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.close()))
    },
  }
}

function infoOf({ id, protocol, url, apiVersion, models }: PoolUpstream): UpstreamInfo {
  return {
    id,
    protocol,
    basePath: new URL(url).pathname.replace(/\/+$/, ''),
    region: undefined,
    models: models === undefined ? undefined : new Set(models),
    apiVersion,
  }
}

function keyHeader(protocol: UpstreamProtocol, key: string | undefined): Readonly<Record<string, string>> {
  if (key === undefined) return {}
  switch (protocol) {
    case 'anthropic':
      return { 'x-api-key': key }
    case 'azure-openai':
      return { 'api-key': key }
    case 'openai':
    case 'ollama':
      return { authorization: `Bearer ${key}` }
  }
}

async function send(
  { targets, prepare, signal }: TransportRequest,
  infos: ReadonlyMap<string, UpstreamInfo>,
  pools: ReadonlyMap<string, { readonly pool: Pool; readonly headers: Readonly<Record<string, string>> }>,
): Promise<TransportOutcome> {
  const [target] = targets
  const info = target === undefined ? undefined : infos.get(target.upstream)
  const pool = target === undefined ? undefined : pools.get(target.upstream)
  if (target === undefined || info === undefined || pool === undefined)
    return failed({ code: 'upstream/unknown', reason: 'no such provider is configured' })
  const prepared = prepare(target, info)
  if (prepared.kind === 'refuse') return failed({ code: 'upstream/refused', reason: prepared.reason })
  try {
    const { statusCode, headers, body } = await pool.pool.request({
      method: 'POST',
      path: info.basePath + prepared.path,
      headers: { ...pool.headers, ...prepared.headers },
      body: prepared.body,
      signal,
    })
    return { kind: 'response', status: statusCode, headers, body: bodyOf(body, signal), target, attempts: [] }
  } catch (error) {
    return failed(failureOf(error, signal))
  }
}

function failed(failure: TransportFailure): TransportOutcome {
  return { kind: 'failed', failure, attempts: [] }
}

function failureOf(error: unknown, signal: AbortSignal): TransportFailure {
  if (signal.aborted) return { code: 'upstream/cancelled', reason: 'the client went away' }
  if (!(error instanceof Error) || !('code' in error)) throw error
  return { code: 'upstream/reset', reason: `the provider cannot be reached (${String(error.code)})` }
}

type Stream = AsyncIterable<Buffer> & { destroy(error?: Error): unknown }

function bodyOf(stream: Stream, signal: AbortSignal): ResponseBody {
  const read: ResponseBody['read'] = async (onBytes) => {
    let length = 0
    const chunks = stream[Symbol.asyncIterator]()
    for (;;) {
      let next: IteratorResult<Buffer>
      try {
        next = await chunks.next()
      } catch (error) {
        return { kind: 'broken', failure: failureOf(error, signal) }
      }
      if (next.done === true) return { kind: 'end' }
      length += next.value.length
      if (length > BODY_BYTES_MAX) {
        stream.destroy()
        return { kind: 'broken', failure: { code: 'upstream/too-large', reason: 'the answer is too large' } }
      }
      await onBytes(next.value)
    }
  }
  return {
    read,
    async text(bytesMax) {
      const parts: Buffer[] = []
      let length = 0
      const end = await read((bytes) => {
        length += bytes.length
        if (length <= bytesMax) parts.push(bytes)
      })
      if (end.kind === 'broken') return end
      if (length > bytesMax)
        return { kind: 'broken', failure: { code: 'upstream/too-large', reason: 'the answer is too large' } }
      return { kind: 'text', text: Buffer.concat(parts).toString('utf8') }
    },
    cancel: () => void stream.destroy(),
  }
}
