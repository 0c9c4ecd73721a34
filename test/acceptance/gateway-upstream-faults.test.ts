import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  askOver,
  errorCodeOf,
  gatewayBefore,
  requestIdOf,
  shippedOutcome,
  type FaultSetting,
} from '../support/faulty-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import type { LightGateway } from '../support/light-gateway.ts'
import {
  CHUNKED,
  head,
  piece,
  startScriptedUpstream,
  whole,
  type ScriptedUpstream,
} from '../support/scripted-upstream.ts'
import { eventually } from '../support/temp-folder.ts'

// The upstream half of the fault table: what a provider may do wrong, and what clients and records see of it.

interface Scripted {
  readonly upstream: ScriptedUpstream
  readonly light: LightGateway
}

async function scripted(own: AsyncDisposableStack, setting?: FaultSetting): Promise<Scripted> {
  const upstream = own.use(await startScriptedUpstream())
  return { upstream, light: own.use(await gatewayBefore(upstream.url, setting)) }
}

const chunk = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', created: 1, model: 'model-a', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
/** What each protocol says at the end of a whole answer. */
const CLEAN_END = /\[DONE\]|message_stop|response\.completed/
const sse = head(200, '', 'text/event-stream')

describe('an upstream', () => {
  const own = new AsyncDisposableStack()
  let shared: Scripted
  beforeAll(async () => {
    shared = await scripted(own)
  })
  afterAll(() => own.disposeAsync())

  const MALFORMED: readonly (readonly [string, string, string])[] = [
    [
      'that resets in the midst of its answer',
      `${sse}${CHUNKED}${piece(chunk('abc'))}`,
      `${head(200)}content-length: 400\r\n\r\n{"id":"c","choices":[`,
    ],
    [
      'that says half a JSON',
      `${sse}${CHUNKED}${piece('data: {"id":"c","model":"m","choi\n\n')}0\r\n\r\n`,
      whole(200, '{"id":"c","model":"model-a","choices":[{"index":0'),
    ],
    [
      'that says 200 with an error for a body',
      `${sse}${CHUNKED}${piece('data: {"error":{"message":"overloaded","code":"x"}}\n\n')}0\r\n\r\n`,
      whole(200, '{"error":{"message":"overloaded","code":"x"}}'),
    ],
    [
      'that says an error after half an answer',
      `${sse}${CHUNKED}${piece(chunk('abc'))}${piece('data: {"error":{"message":"overloaded"}}\n\n')}0\r\n\r\n`,
      whole(200, '{"id":"c","choices":null,"error":{"message":"overloaded"}}'),
    ],
    [
      'that writes events without a name or an end',
      `${sse}${CHUNKED}${piece('dat: {}\n: x\nretry: 9\n\nid: 7\n\n')}0\r\n\r\n`,
      whole(200, 'ok'),
    ],
    [
      'that writes bytes that are no text',
      `${sse}${CHUNKED}${piece('data: \xff\xfe\x00{\n\n')}0\r\n\r\n`,
      whole(200, '\xff\xfe\x00'),
    ],
    [
      'that miscounts its pieces',
      `${sse}${CHUNKED}zz\r\n${chunk('abc')}\r\n`,
      `${head(200)}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    ],
    [
      'that answers a stream with a page',
      whole(200, '<html>sign in</html>').replace('application/json', 'text/html'),
      whole(200, '<html>sign in</html>'),
    ],
  ]
  const cells = MALFORMED.flatMap(([name, stream, document]) =>
    Object.keys(WIRES).flatMap((wire) =>
      [true, false].map((isStream) => ({ name, wire, isStream, bytes: isStream ? stream : document })),
    ),
  )

  test.each(cells)('$name is an error to a client of $wire, streamed: $isStream', async ({ wire, isStream, bytes }) => {
    const { upstream, light } = shared
    upstream.answer((socket) => {
      socket.write(bytes, 'latin1')
      socket.end()
    })
    const response = await askOver(light, wire, isStream)
    const body = await response.text()
    if (response.status === 200) expect(body).toMatch(/"?error"?/)
    else expect(response.status).toBe(502)
    expect(body).not.toMatch(CLEAN_END)
    expect(body).not.toContain('sign in')
    expect(await shippedOutcome(light, requestIdOf(response))).toMatchObject({ outcome: 'upstream-failed' })
    expect(light.logged.filter((line) => line.startsWith('bug'))).toEqual([])
  })
})

describe('an upstream', () => {
  let open = new AsyncDisposableStack()
  afterEach(async () => {
    await open.disposeAsync()
    open = new AsyncDisposableStack()
  })

  test('that drips a byte at a time is left when its time is over, streamed or not', async () => {
    const { upstream, light } = await scripted(open, { upstream: { timeouts: { interTokenMs: 400, totalMs: 700 } } })
    upstream.answer((socket, at) => {
      socket.write(`${at === 0 ? sse : head(200)}${CHUNKED}`)
      const timer = setInterval(() => void socket.write(piece(' ')), 30)
      socket.on('close', () => clearInterval(timer))
    })
    const streamed = await (await askOver(light, 'chat', true)).text()
    expect(streamed).toContain('"error"')
    expect((await askOver(light, 'chat', false)).status).toBe(502)
    await eventually(upstream.closed, (count) => count === 2)
  })

  test('that answers everybody 429 is asked no more often than the retry budget allows, and is asked again afterwards', async () => {
    const { upstream, light } = await scripted(open, {
      upstream: { retry: { retries: 3, budgetPercent: 10, budgetFloor: 5, backoffMs: 1, backoffMaxMs: 2 } },
    })
    upstream.answer((socket) => void socket.write(whole(429, '{"error":{"message":"slow down"}}')))
    const responses = await Promise.all(Array.from({ length: 60 }, () => light.chat()))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([429]))
    for (const response of responses) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    // The release's fallback model is asked as well; a tenth and five more are what retries may add.
    expect(upstream.count()).toBeLessThanOrEqual(60 * 2 * 1.12 + 5)
    for (const response of responses)
      expect(await shippedOutcome(light, requestIdOf(response))).toMatchObject({ outcome: 'upstream-failed' })
    const answer = JSON.stringify({
      id: 'c',
      created: 1,
      model: 'model-a',
      choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }],
    })
    upstream.answer((socket) => void socket.write(whole(200, answer)))
    expect((await light.chat()).status).toBe(200)
  })

  test('whose name leads nowhere is a bad gateway, on record', async () => {
    const light = open.use(
      await gatewayBefore('http://no-such-host.invalid/v1', { upstream: { timeouts: { connectMs: 2_000 } } }),
    )
    const response = await light.chat()
    expect([response.status, await errorCodeOf(response)]).toEqual([502, 'upstream_unavailable'])
    expect(await shippedOutcome(light, requestIdOf(response))).toMatchObject({ outcome: 'upstream-failed' })
  })
})
