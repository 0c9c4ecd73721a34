// Against real servers of the SDK, over standard input and output and over HTTP.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { describe, expect, test } from 'vitest'
import { echoServer } from '../../../test/support/mcp-echo-server.ts'
import { suiteCase } from '../../../test/support/scripted-target.ts'
import type { TrialOutcome, TrialTarget } from '../../application/evaluation/trial-target.ts'
import { HttpExchanger } from './http-exchange.ts'
import { LagMeter } from './lag-meter.ts'
import { openTarget } from './open-target.ts'

const CHILD = join(import.meta.dirname, '../../../test/support/mcp-echo-child.ts')
const TOOL = { type: 'mcp', tool: 'say', arguments: { text: '{{prompt}}' } } as const

async function openMcp(
  where: { readonly command: string; readonly args: string[] } | { readonly url: string },
  timeoutSeconds = 20,
): Promise<TrialTarget & AsyncDisposable> {
  const [http, lag] = [new HttpExchanger(), new LagMeter()]
  const ports = { http, lag, environment: {}, folder: import.meta.dirname }
  const opened = await openTarget({ ...TOOL, ...where, timeoutSeconds }, ports)
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  return {
    ...opened.value,
    async [Symbol.asyncDispose]() {
      await opened.value.close()
      lag.close()
      await http.close()
    },
  }
}

const overPipes = (timeoutSeconds?: number): ReturnType<typeof openMcp> =>
  openMcp({ command: process.execPath, args: [CHILD] }, timeoutSeconds)

function say(target: TrialTarget, text: string, signal = new AbortController().signal): Promise<TrialOutcome> {
  return target.run({ suiteCase: suiteCase('one', { turns: ['before', text] }), trial: 0 }, signal)
}

const kindOf = (outcome: TrialOutcome): string => (outcome.kind === 'failed' ? outcome.failure.kind : 'observed')

describe('a tool of an MCP server', () => {
  test('is called with the rendered arguments; its texts are the reply and the call is an effect', async () => {
    await using target = await overPipes()
    expect(await say(target, 'hello')).toMatchObject({
      kind: 'observed',
      observation: {
        reply: 'said hello\ntwice',
        blocked: null,
        toolCalls: [{ name: 'say', args: { text: 'hello' } }],
        timing: { isCached: false },
      },
    })
  })

  test('that reports an error is blocked: its words are kept', async () => {
    await using target = await overPipes()
    expect(await say(target, 'fail')).toMatchObject({
      observation: { reply: 'it broke', blocked: { code: 'tool_error', rule: 'say' } },
    })
  })

  test('that refuses the call, is late, or whose server is gone, has no verdict', async () => {
    await using target = await overPipes(1)
    expect(kindOf(await say(target, 'refuse'))).toBe('rejected')
    expect(kindOf(await say(target, 'hang'))).toBe('timeout')
    expect(kindOf(await say(target, 'end'))).toBe('unavailable')
    expect(kindOf(await say(target, 'after the end'))).toBe('unavailable')
  })

  test('gives no result when the run is interrupted', async () => {
    await using target = await overPipes()
    const interruption = new AbortController()
    const asked = say(target, 'hang', interruption.signal)
    interruption.abort()
    expect(kindOf(await asked)).toBe('interrupted')
  })

  test('is asked over HTTP as well, and the statuses of its transport have kinds', async () => {
    const answers: ((response: ServerResponse) => void)[] = []
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' })
    await echoServer(() => undefined).connect(transport as never)
    const server = createServer((request, response) => {
      const answer = request.method === 'POST' ? answers.shift() : undefined
      if (answer === undefined) void transport.handleRequest(request, response)
      else answer(response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      await using target = await openMcp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })
      expect(await say(target, 'hello')).toMatchObject({ observation: { reply: 'said hello\ntwice' } })
      for (const [status, kind] of [
        [429, 'rate-limited'],
        [503, 'unavailable'],
        [403, 'unauthorized'],
        [400, 'rejected'],
      ] as const) {
        answers.push((response) => response.writeHead(status).end('no'))
        expect(kindOf(await say(target, 'hello')), String(status)).toBe(kind)
      }
      answers.push((response) => response.destroy())
      expect(kindOf(await say(target, 'hello'))).toBe('unavailable')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('that cannot be reached is refused before the run', async () => {
    await expect(openMcp({ command: './no-such-server', args: [] })).rejects.toThrow(/^target\/failed: .*ENOENT/)
    await expect(openMcp({ url: 'http://127.0.0.1:9/mcp' })).rejects.toThrow(/^target\/failed: .*cannot be reached/)
    await expect(openMcp({ command: process.execPath, args: ['-e', 'setInterval(()=>{},1e3)'] }, 0.5)).rejects.toThrow(
      /^target\/failed: .*timed out/i,
    )
  })
})
