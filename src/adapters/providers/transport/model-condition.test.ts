import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startScriptedUpstream, whole, type ScriptedUpstream } from '../../../../test/support/scripted-upstream.ts'
import { configuredUpstreams } from './configured-upstreams.ts'
import { ResilientTransport } from './resilient-transport.ts'
import type { TransportOutcome, TransportRequest } from './transport.ts'
import { DEFAULT_RETRY, type UpstreamOptions } from './upstream-options.ts'

let first: ScriptedUpstream
let second: ScriptedUpstream
let transport: ResilientTransport
beforeAll(async () => {
  first = await startScriptedUpstream()
  second = await startScriptedUpstream()
})
afterAll(async () => {
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})
afterEach(() => transport.close())

function options(id: string, url: string, more: Partial<UpstreamOptions> = {}): UpstreamOptions {
  const [configured] = configuredUpstreams([{ id, url, protocol: 'openai', network: 'private' }], () => null)
  if (configured === undefined) throw new Error('nothing is configured')
  return { ...configured, ...more }
}

let nowMs = 0
function open(...upstreams: readonly UpstreamOptions[]): void {
  nowMs = 0
  transport = new ResilientTransport(upstreams, { monotonicMs: () => nowMs + performance.now(), chance: () => 0 })
}

const A = { upstream: 'a', model: 'm' }
const B = { upstream: 'b', model: 'm-2' }

const send = (targets: TransportRequest['targets']): Promise<TransportOutcome> =>
  transport.send({
    targets,
    prepare: ({ model }) => ({ kind: 'send', path: '/chat/completions', body: JSON.stringify({ model }) }),
    signal: new AbortController().signal,
  })

function responded(outcome: TransportOutcome): Extract<TransportOutcome, { kind: 'response' }> {
  if (outcome.kind !== 'response') throw new Error(outcome.failure.code)
  return outcome
}

const codeOf = (outcome: TransportOutcome): string =>
  outcome.kind === 'failed' ? outcome.failure.code : `status ${outcome.status}`

describe('another model at the same upstream', () => {
  const retry = { ...DEFAULT_RETRY, retriesMax: 0 }
  const [OWN, OTHER] = [
    { upstream: 'a', model: 'm' },
    { upstream: 'a', model: 'other' },
  ]

  /** Only `m` fails. */
  function fails(status: number, heads = ''): void {
    first.answer((socket, _, body) =>
      socket.write(body.includes('"other"') ? whole(200, '{}') : whole(status, '{}', heads)),
    )
  }

  test('is asked while the first one pauses, and stands in for it', async () => {
    open(options('a', first.url, { retry }))
    fails(429, 'retry-after: 7\r\n')
    expect(responded(await send([OWN, OTHER])).target).toEqual(OTHER)
    expect(codeOf(await send([OWN]))).toBe('upstream/cooling-down')
    expect(codeOf(await send([OTHER]))).toBe('status 200')
    expect(transport.health()[0]?.coolsDownForMs).toBeGreaterThan(6_000)
  })

  test('is asked while the breaker of the first one is open, and where that one is ejected', async () => {
    const outlier = { windowMs: 10_000, callsMin: 3, failuresPercent: 50, ejectMs: 5_000 }
    open(options('a', first.url, { retry, outlier, breaker: { failuresMax: 3, openMs: 1_000 } }))
    fails(500)
    for (let at = 0; at < 3; at += 1) responded(await send([OWN])).body.cancel()
    expect(transport.health()[0]).toMatchObject({ breaker: 'open', isEjected: true })
    expect(codeOf(await send([OWN]))).toBe('upstream/circuit-open')
    expect(responded(await send([OWN, OTHER])).target).toEqual(OTHER)
  })

  test('is left alone as well where no connection can be made', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    open(options('a', `http://127.0.0.1:${port}`, { retry, breaker: { failuresMax: 2, openMs: 1_000 } }))
    for (let at = 0; at < 2; at += 1) expect(codeOf(await send([OWN]))).toBe('upstream/connect-failed')
    expect(codeOf(await send([OTHER]))).toBe('upstream/circuit-open')
    nowMs += 1_001
    expect(codeOf(await send([OTHER]))).toBe('upstream/connect-failed')
  })

  test('has a condition of its own for no more than so many models', async () => {
    open(options('a', first.url, { retry, breaker: { failuresMax: 1, openMs: 60_000 } }))
    first.answer((socket) => socket.write(whole(500, '{}')))
    const ask = async (model: string): Promise<string> => {
      const outcome = await send([{ upstream: 'a', model }])
      if (outcome.kind === 'response') outcome.body.cancel()
      return codeOf(outcome)
    }
    await ask('first')
    expect(await ask('first')).toBe('upstream/circuit-open')
    for (let at = 0; at < 256; at += 1) await ask(`m-${at}`)
    expect(await ask('first')).toBe('status 500')
  })
})

describe('an upstream that refuses the gateway', () => {
  test.each([401, 402, 403, 404])(
    'by %i is told in its health, asked once, and the next one is asked',
    async (status) => {
      open(options('a', first.url), options('b', second.url))
      first.answer((socket) => socket.write(whole(status, '{}')))
      second.answer((socket) => socket.write(whole(200, '{}')))
      expect(responded(await send([A, B])).target).toEqual(B)
      expect(first.count()).toBe(1)
      expect(transport.health()).toMatchObject([{ refusedStatus: status, breaker: 'closed' }, { refusedStatus: null }])
      expect(codeOf(await send([A]))).toBe(`status ${status}`)
      first.answer((socket) => socket.write(whole(200, '{}')))
      await responded(await send([A])).body.text(10)
      expect(transport.health()[0]?.refusedStatus).toBeNull()
    },
  )

  test('tells the client less than a rate limit before it', async () => {
    open(options('a', first.url, { retry: { ...DEFAULT_RETRY, retriesMax: 0 } }), options('b', second.url))
    first.answer((socket) => socket.write(whole(429, '{}', 'retry-after: 7\r\n')))
    second.answer((socket) => socket.write(whole(404, '{}')))
    expect(codeOf(await send([A, B]))).toBe('status 429')
    second.answer((socket) => socket.write(whole(503, '{}')))
    expect(codeOf(await send([A, { ...B, model: 'm' }]))).toBe('status 503')
  })

  test('is not taken for one that does not like the request', async () => {
    open(options('a', first.url), options('b', second.url))
    second.answer((socket) => socket.write(whole(200, '{}')))
    first.answer((socket) => socket.write(whole(422, '{}')))
    expect(codeOf(await send([A, B]))).toBe('status 422')
    expect(second.count()).toBe(0)
  })
})
