import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Segment } from '../../src/contract/decision/decision-record.ts'

export interface BundleServer extends AsyncDisposable {
  readonly url: string
  readonly token: string
  /** Segments taken, in order, each once. */
  readonly segments: Segment[]
  /** Revisions that gateways said they serve by, newest last. */
  readonly heard: number[]
  /** Why gateways said that they do not take the newest bundle, newest last; null: they do. */
  readonly problems: (string | null)[]
  /** What gateways get from now on; those that wait for news get it at once. */
  serve(bundle: string, revision: number): void
  /** Whether segments are taken. */
  isTaking: boolean
  /** What is said to segments in place of taking them. */
  refusal: { readonly status: number; readonly body: string } | undefined
  /** Whether it hears segments and says nothing. */
  isHanging: boolean
  /** How often segments were offered. */
  asked: number
  /** Breaks off the requests that hang. */
  letGo(): void
  /** False: it dies each time between taking a segment and saying so. */
  isAcknowledging: boolean
}

/**
 * The two routes that a gateway uses of a control plane, over real HTTP and without a database: for tests of the
 * gateway alone, which must not start a database each.
 */
export async function startBundleServer(port = 0): Promise<BundleServer> {
  const token = 'gw_test_token'
  const state = { bundle: '', revision: -1 }
  const waiting = new Set<ServerResponse>()
  const hanging = new Set<ServerResponse>()
  const segments: Segment[] = []
  const heard: number[] = []
  const problems: (string | null)[] = []
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    const url = new URL(request.url ?? '/', 'http://control-plane')
    if (request.method === 'POST') {
      let text = ''
      request.on('data', (bytes: Buffer) => (text += bytes.toString()))
      request.on('end', () => {
        taken.asked += 1
        if (taken.isHanging) return void hanging.add(response)
        if (taken.refusal !== undefined) return void response.writeHead(taken.refusal.status).end(taken.refusal.body)
        if (!taken.isTaking) return void response.writeHead(503).end()
        const segment = JSON.parse(text) as Segment
        if (!segments.some(({ segmentId }) => segmentId === segment.segmentId)) segments.push(segment)
        if (taken.isAcknowledging) return void response.end('{"kept":true}')
        return void response.destroy()
      })
      return undefined
    }
    const revision = Number(url.searchParams.get('revision'))
    heard.push(revision)
    problems.push(url.searchParams.get('problem'))
    if (revision !== state.revision) return send(response)
    waiting.add(response)
    const timer = setTimeout(
      () => {
        if (waiting.delete(response)) response.writeHead(304).end()
      },
      Number(url.searchParams.get('waitMs')),
    )
    response.on('close', () => {
      clearTimeout(timer)
      waiting.delete(response)
    })
    return undefined
  })
  const send = (response: ServerResponse): void =>
    void response.writeHead(200, { 'gatehouse-revision': String(state.revision) }).end(state.bundle)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const taken: BundleServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    segments,
    heard,
    problems,
    isTaking: true,
    refusal: undefined,
    isHanging: false,
    asked: 0,
    letGo() {
      for (const response of hanging) response.destroy()
      hanging.clear()
    },
    isAcknowledging: true,
    serve(bundle, revision) {
      state.bundle = bundle
      state.revision = revision
      for (const response of waiting) send(response)
      waiting.clear()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return taken
}
