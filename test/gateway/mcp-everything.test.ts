// The published example server behind the gateway: progress, cancelling, streams taken up again.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, describe, expect, test } from 'vitest'
import { API_KEY } from '../support/bare-gateway.ts'
import { EVERYTHING, mcpManifest, mcpServerText, startMcpGateway, type McpGateway } from '../support/mcp-gateway.ts'
import { eventually } from '../support/temp-folder.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})
async function start(...args: Parameters<typeof startMcpGateway>): Promise<McpGateway> {
  const gateway = await startMcpGateway(...args)
  open.push(gateway)
  return gateway
}

const call = async (client: Client, name: string, args: Record<string, unknown>) =>
  (await client.callTool({ name, arguments: args })) as CallToolResult

describe('the published example server', () => {
  const SUM = { name: 'get-sum', effect: 'read' } as const
  const LONG = { name: 'trigger-long-running-operation', effect: 'read' } as const
  const manifest = mcpManifest(
    mcpServerText(
      'everything',
      [SUM, LONG].map(({ name, effect }) => ({ tool: { name, inputSchema: { type: 'object' } }, effect, pin: null })),
    ),
    { audience: 'internal-team', preset: 'T3' },
  )

  test('shows the tools that are declared, and no resources, prompts or instructions to the model', async () => {
    const gateway = await start({ everything: EVERYTHING }, { manifest })
    const client = await gateway.connect({ server: 'everything' })
    expect((await client.listTools()).tools.map(({ name }) => name).toSorted()).toEqual([SUM.name, LONG.name])
    expect(await call(client, SUM.name, { a: 19, b: 23 })).toMatchObject({
      content: [{ type: 'text', text: 'The sum of 19 and 23 is 42.' }],
    })
    await expect(client.listResources()).rejects.toThrow()
    expect(gateway.intents.at(-1)?.findings[0]).toMatchObject({ detector: 'mcp/not-pinned' })
  })

  test('reports progress through the gateway, and a cancelled call ends and is on record', async () => {
    const gateway = await start({ everything: EVERYTHING }, { manifest })
    const client = await gateway.connect({ server: 'everything' })
    const seen: number[] = []
    await client.callTool({ name: LONG.name, arguments: { duration: 0.3, steps: 3 } }, undefined, {
      onprogress: ({ progress }) => void seen.push(progress),
    })
    expect(seen.length).toBeGreaterThanOrEqual(2)
    const abort = new AbortController()
    const running = client.callTool({ name: LONG.name, arguments: { duration: 60, steps: 600 } }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort(new Error('enough')),
    })
    await expect(running).rejects.toThrow('enough')
    await eventually(
      async () => gateway.outcomes.at(-1)?.outcome,
      (outcome) => outcome === 'client-gone',
    )
  })

  test('answers a client that lost its connection from its last event on', async () => {
    const gateway = await start({ everything: EVERYTHING }, { manifest })
    const client = await gateway.connect({ server: 'everything' })
    const headers = {
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': client.transport?.sessionId ?? '',
      'mcp-protocol-version': '2025-11-25',
    }
    const lost = new AbortController()
    const posted = await fetch(`${gateway.url}/mcp/everything`, {
      method: 'POST',
      headers,
      signal: lost.signal,
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 'long',
        method: 'tools/call',
        params: { name: LONG.name, arguments: { duration: 0.6, steps: 3 }, _meta: { progressToken: 'p' } },
      }),
    })
    const reader = posted.body!.getReader()
    // A chunk may end inside an event: its id is whole with its line's end.
    let first = ''
    while (!/^id: \S+\n/m.test(first)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`the stream ended without an event: ${first}`)
      first += new TextDecoder().decode(value)
    }
    const lastId = /^id: (\S+)$/m.exec(first)?.[1] ?? ''
    lost.abort()
    await eventually(
      async () => gateway.outcomes.at(-1)?.outcome,
      (outcome) => outcome === 'completed',
    )
    const resumed = await fetch(`${gateway.url}/mcp/everything`, {
      headers: { ...headers, accept: 'text/event-stream', 'last-event-id': lastId },
    })
    const stream = resumed.body!.getReader()
    let text = ''
    while (!text.includes('Long running operation completed')) {
      const { value, done } = await stream.read()
      if (done) break
      text += new TextDecoder().decode(value)
    }
    await stream.cancel()
    expect(text).toContain('"id":"long"')
  })
})
