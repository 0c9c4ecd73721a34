import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  CHUNKED,
  head,
  piece,
  startScriptedUpstream,
  whole,
  type ScriptedUpstream,
} from '../../../../test/support/scripted-upstream.ts'
import { eventually } from '../../../../test/support/temp-folder.ts'
import { ResilientTransport } from './resilient-transport.ts'
import type { ResponseBody, TransportOutcome, TransportRequest } from './transport.ts'
import {
  DEFAULT_BODY_BYTES_MAX,
  DEFAULT_BREAKER,
  DEFAULT_OUTLIER,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUTS,
  type UpstreamOptions,
} from './upstream-options.ts'

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
  return {
    id,
    url,
    protocol: 'openai',
    region: undefined,
    models: undefined,
    apiVersion: undefined,
    network: 'private',
    key: () => 'key-1',
    timeouts: DEFAULT_TIMEOUTS,
    retry: { ...DEFAULT_RETRY, backoffMs: 1 },
    breaker: DEFAULT_BREAKER,
    outlier: DEFAULT_OUTLIER,
    connectionsMax: 8,
    waitingMax: 8,
    bodyBytesMax: DEFAULT_BODY_BYTES_MAX,
    hedgeAfterMs: undefined,
    ...more,
  }
}

let nowMs = 0
function open(...upstreams: readonly UpstreamOptions[]): void {
  nowMs = 0
  transport = new ResilientTransport(upstreams, { monotonicMs: () => nowMs + performance.now(), chance: () => 0 })
}

const A = { upstream: 'a', model: 'm' }
const B = { upstream: 'b', model: 'm-2' }

function send(targets: TransportRequest['targets'], more: Partial<TransportRequest> = {}): Promise<TransportOutcome> {
  return transport.send({
    targets,
    prepare: ({ model }) => ({ kind: 'send', path: '/chat/completions', body: JSON.stringify({ model }) }),
    signal: new AbortController().signal,
    ...more,
  })
}

function responded(outcome: TransportOutcome): Extract<TransportOutcome, { kind: 'response' }> {
  if (outcome.kind !== 'response') throw new Error(outcome.failure.code)
  return outcome
}

const codeOf = (outcome: TransportOutcome): string =>
  outcome.kind === 'failed' ? outcome.failure.code : `status ${outcome.status}`

async function endOf(body: ResponseBody): Promise<string> {
  const end = await body.read(() => undefined)
  return end.kind === 'end' ? 'end' : end.failure.code
}

describe('an answer', () => {
  test('comes with its status, head and bytes', async () => {
    open(options('a', first.url))
    first.answer((socket) => socket.write(whole(200, '{"a":1}', 'x-kind: y\r\n')))
    const { status, headers, body, target } = responded(await send([A]))
    expect([status, headers['x-kind'], target]).toEqual([200, 'y', A])
    expect(await body.text(100)).toEqual({ kind: 'text', text: '{"a":1}' })
  })

  test('that streams is handed on piece by piece, held back while the reader is busy', async () => {
    open(options('a', first.url))
    first.answer((socket) =>
      socket.write(head(200, CHUNKED) + piece('one') + piece('two') + piece('three') + '0\r\n\r\n'),
    )
    const { body } = responded(await send([A]))
    const steps: string[] = []
    const end = await body.read(async (bytes) => {
      steps.push(`${bytes.toString()} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      steps.push(`${bytes.toString()} ends`)
    })
    expect(end).toEqual({ kind: 'end' })
    // Never two pieces at once.
    expect(steps.map((step) => step.split(' ')[1])).toEqual(steps.map((_, at) => (at % 2 === 0 ? 'begins' : 'ends')))
    expect(steps.filter((_, at) => at % 2 === 0).join('')).toMatch(/one.*two.*three/s)
  })

  test('larger than the bound is broken off', async () => {
    open(options('a', first.url, { bodyBytesMax: 10 }))
    first.answer((socket) => socket.write(whole(200, 'x'.repeat(50))))
    expect(await endOf(responded(await send([A])).body)).toBe('upstream/too-large')
    open(options('a', first.url))
    expect(await responded(await send([A])).body.text(10)).toMatchObject({ failure: { code: 'upstream/too-large' } })
  })

  test('that a reader throws over is given up, and the error is the reader’s', async () => {
    open(options('a', first.url))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one')))
    const { body } = responded(await send([A]))
    const before = first.closed()
    await expect(
      body.read(() => {
        throw new Error('a bug')
      }),
    ).rejects.toThrow('a bug')
    await eventually(
      async () => first.closed(),
      (closed) => closed > before,
    )
  })

  test('that is a redirect is refused, and the place it names is not asked', async () => {
    open(options('a', first.url))
    second.answer((socket) => socket.write(whole(200, '{}')))
    first.answer((socket) => socket.write(whole(307, '', `location: ${second.url}/chat/completions\r\n`)))
    expect(codeOf(await send([A]))).toBe('upstream/redirect')
    expect(second.count()).toBe(0)
  })
})

describe('time runs out', () => {
  const times = { connectMs: 1_000, firstByteMs: 10_000, interTokenMs: 10_000, totalMs: 10_000 }

  test.each([
    ['before the first byte', { firstByteMs: 30 }, '', 'upstream/first-byte-timeout'],
    ['in all, before the first byte', { totalMs: 30 }, '', 'upstream/total-timeout'],
  ])('%s', async (_, more, said, code) => {
    open(options('a', first.url, { timeouts: { ...times, ...more } }))
    first.answer((socket) => socket.write(said))
    const outcome = await send([A])
    expect(codeOf(outcome)).toBe(code)
    // Silence is not tried again: it would only take as long once more.
    expect(outcome.attempts).toHaveLength(1)
  })

  test('between two pieces', async () => {
    open(options('a', first.url, { timeouts: { ...times, interTokenMs: 30 } }))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one')))
    expect(await endOf(responded(await send([A])).body)).toBe('upstream/inter-token-timeout')
  })

  test('in all, for one who drips a byte at a time', async () => {
    open(options('a', first.url, { timeouts: { ...times, interTokenMs: 1_000, totalMs: 150 } }))
    first.answer((socket) => {
      socket.write(head(200, CHUNKED))
      const drip = setInterval(() => socket.write(piece('x')), 5)
      socket.on('close', () => clearInterval(drip))
    })
    expect(await endOf(responded(await send([A])).body)).toBe('upstream/total-timeout')
  })
})

describe('an upstream that breaks', () => {
  test.each([
    ['resets before it answers', (): string => 'reset', 'upstream/reset', 3],
    ['speaks no HTTP', (): string => 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'upstream/malformed', 1],
  ])('%s', async (_, said, code, tries) => {
    open(options('a', first.url))
    first.answer((socket) => (said() === 'reset' ? socket.resetAndDestroy() : socket.write(said())))
    expect(codeOf(await send([A]))).toBe(code)
    expect(first.count()).toBe(tries)
  })

  test('in the middle of its answer is told to the reader, never as a clean end', async () => {
    open(options('a', first.url))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one'), () => socket.resetAndDestroy()))
    expect(await endOf(responded(await send([A])).body)).toBe('upstream/reset')
    first.answer((socket) => socket.write(`${head(200)}content-length: 50\r\n\r\n{"half":`, () => socket.end()))
    expect(await endOf(responded(await send([A])).body)).toBe('upstream/reset')
  })

  test('is not there at all', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => gone.once('listening', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    open(options('a', `http://127.0.0.1:${port}/v1`), options('c', 'http://no-such-host.invalid/v1'))
    expect(codeOf(await send([A]))).toBe('upstream/connect-failed')
    expect(codeOf(await send([{ upstream: 'c', model: 'm' }]))).toBe('upstream/dns-failed')
    expect(codeOf(await send([{ upstream: 'unheard-of', model: 'm' }]))).toBe('upstream/unknown')
  })
})

describe('a retry', () => {
  test('follows a passing failure, and not one that the request is to blame for', async () => {
    open(options('a', first.url))
    first.answer((socket, at) => socket.write(at < 2 ? whole(503, '') : whole(200, '{}')))
    const { status, attempts } = responded(await send([A]))
    expect(status).toBe(200)
    expect(attempts.map((attempt) => attempt.status)).toEqual([503, 503, 200])
    first.answer((socket) => socket.write(whole(400, '{}')))
    expect(codeOf(await send([A]))).toBe('status 400')
    expect(first.count()).toBe(1)
  })

  test('is never made once the answer has begun', async () => {
    open(options('a', first.url))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one'), () => socket.resetAndDestroy()))
    await endOf(responded(await send([A])).body)
    expect(first.count()).toBe(1)
  })

  test('stops when the budget is spent, however many requests fail', async () => {
    open(
      options('a', first.url, {
        retry: { ...DEFAULT_RETRY, backoffMs: 1, budgetFloor: 3, budgetPercent: 0 },
        breaker: { failuresMax: 1_000, openMs: 1 },
        outlier: { ...DEFAULT_OUTLIER, callsMin: 1_000 },
      }),
    )
    first.answer((socket) => socket.write(whole(503, '')))
    for (let at = 0; at < 10; at += 1) responded(await send([A])).body.cancel()
    expect(first.count()).toBe(13)
  })

  test('waits as long as the provider says by asking nobody meanwhile', async () => {
    open(options('a', first.url))
    first.answer((socket) => socket.write(whole(429, '{}', 'retry-after: 7\r\n')))
    const limited = responded(await send([A]))
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '7'])
    limited.body.cancel()
    const outcome = await send([A])
    expect(codeOf(outcome)).toBe('upstream/cooling-down')
    expect(outcome.kind === 'failed' ? outcome.failure.retryAfterMs : 0).toBeGreaterThan(6_000)
    expect(first.count()).toBe(1)
    nowMs += 7_100
    first.answer((socket) => socket.write(whole(200, '{}')))
    expect(codeOf(await send([A]))).toBe('status 200')
  })
})

describe('the next target', () => {
  test('is asked when the first fails, and prepared for anew', async () => {
    open(options('a', first.url, { retry: { ...DEFAULT_RETRY, retriesMax: 0 } }), options('b', second.url))
    first.answer((socket) => socket.write(whole(503, '')))
    second.answer((socket) => socket.write(whole(200, '{}')))
    const prepared: string[] = []
    const outcome = await send([A, B], {
      prepare: (target, upstream) => {
        prepared.push(`${target.model} at ${upstream.id}`)
        return { kind: 'send', path: '/x', body: '{}' }
      },
    })
    expect(responded(outcome).target).toEqual(B)
    expect(prepared).toEqual(['m at a', 'm-2 at b'])
  })

  test('is passed over when it must not have the request', async () => {
    open(options('a', first.url, { retry: { ...DEFAULT_RETRY, retriesMax: 0 } }), options('b', second.url))
    first.answer((socket) => socket.write(whole(503, '')))
    second.answer((socket) => socket.write(whole(200, '{}')))
    const outcome = await send([A, B], {
      prepare: ({ upstream }) =>
        upstream === 'b' ? { kind: 'refuse', reason: 'the model is denied' } : { kind: 'send', path: '/x', body: '{}' },
    })
    expect(codeOf(outcome)).toBe('status 503')
    expect(outcome.attempts.map(({ code }) => code)).toEqual([null, 'upstream/refused'])
    expect(second.count()).toBe(0)
  })
})

describe('a breaker', () => {
  test('opens after failures in a row, lets one call try, and closes on its success', async () => {
    open(
      options('a', first.url, {
        retry: { ...DEFAULT_RETRY, retriesMax: 0 },
        breaker: { failuresMax: 3, openMs: 1_000 },
      }),
    )
    first.answer((socket) => socket.write(whole(500, '{}')))
    for (let at = 0; at < 3; at += 1) responded(await send([A])).body.cancel()
    expect(codeOf(await send([A]))).toBe('upstream/circuit-open')
    expect(first.count()).toBe(3)
    expect(transport.health()[0]?.breaker).toBe('open')
    nowMs += 1_001
    first.answer((socket) => socket.write(whole(200, '{}')))
    await responded(await send([A])).body.text(10)
    expect(transport.health()[0]?.breaker).toBe('closed')
  })

  test('counts answers that break off', async () => {
    open(options('a', first.url, { breaker: { failuresMax: 2, openMs: 1_000 } }))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one'), () => socket.resetAndDestroy()))
    for (let at = 0; at < 2; at += 1) await endOf(responded(await send([A])).body)
    expect(codeOf(await send([A]))).toBe('upstream/circuit-open')
  })

  test('does not count clients that leave', async () => {
    open(options('a', first.url, { breaker: { failuresMax: 1, openMs: 1_000 } }))
    first.answer((socket) => socket.write(head(200, CHUNKED) + piece('one')))
    for (let at = 0; at < 3; at += 1) responded(await send([A])).body.cancel()
    expect(transport.health()[0]?.breaker).toBe('closed')
  })
})

test('an upstream that fails too often is left out, unless it is the only one', async () => {
  const outlier = { windowMs: 10_000, callsMin: 4, failuresPercent: 50, ejectMs: 5_000 }
  const retry = { ...DEFAULT_RETRY, retriesMax: 0 }
  open(options('a', first.url, { outlier, retry }), options('b', second.url, { retry }))
  second.answer((socket) => socket.write(whole(200, '{}')))
  // Every other one fails: no breaker that counts failures in a row would open.
  first.answer((socket, at) => socket.write(whole(at % 2 === 0 ? 200 : 500, '{}')))
  for (let at = 0; at < 4; at += 1) await responded(await send([A])).body.text(10)
  expect(transport.health()[0]?.isEjected).toBe(true)
  expect(responded(await send([A, B])).target).toEqual(B)
  expect(first.count()).toBe(4)
  expect(responded(await send([A])).target).toEqual(A)
})

test('a client that leaves takes the call to the provider with it', async () => {
  open(options('a', first.url))
  first.answer(() => undefined)
  const abort = new AbortController()
  const before = first.closed()
  const outcome = send([A], { signal: abort.signal })
  await eventually(
    async () => first.count(),
    (count) => count === 1,
  )
  abort.abort()
  expect(codeOf(await outcome)).toBe('upstream/cancelled')
  await eventually(
    async () => first.closed(),
    (closed) => closed > before,
  )
})

test('no more requests wait for an upstream than its queue holds', async () => {
  open(options('a', first.url, { connectionsMax: 1, waitingMax: 1 }))
  first.answer(() => undefined)
  const abort = new AbortController()
  const held = [send([A], { signal: abort.signal }), send([A], { signal: abort.signal })]
  const refused = await send([A])
  expect(codeOf(refused)).toBe('upstream/queue-full')
  abort.abort()
  expect((await Promise.all(held)).map(codeOf)).toEqual(['upstream/cancelled', 'upstream/cancelled'])
})

describe('a hedged call', () => {
  test('asks the next target after a while and takes who answers first; the other is cancelled', async () => {
    open(options('a', first.url, { hedgeAfterMs: 20 }), options('b', second.url))
    first.answer(() => undefined)
    second.answer((socket) => socket.write(whole(200, '{}')))
    const before = first.closed()
    expect(responded(await send([A, B])).target).toEqual(B)
    await eventually(
      async () => first.closed(),
      (closed) => closed > before,
    )
  })

  test('asks nobody else when the first answers at once', async () => {
    open(options('a', first.url, { hedgeAfterMs: 5_000 }), options('b', second.url))
    first.answer((socket) => socket.write(whole(200, '{}')))
    second.answer((socket) => socket.write(whole(200, '{}')))
    expect(responded(await send([A, B])).target).toEqual(A)
    expect(second.count()).toBe(0)
  })
})
