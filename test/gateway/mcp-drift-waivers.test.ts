// A tool of an MCP server that is not as it was pinned is refused to T1 and T2, unless people have waived the pins, and only
// while they have.
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { epochMs, HOUR_MS } from '../../src/base/instant.ts'
import { MCP_DRIFT_CHECK } from '../../src/domain/recognition/model-drift.ts'
import { INJECTION } from '../support/guard-fixture.ts'
import {
  mcpManifest,
  mcpServerText,
  pinOf,
  startMcpGateway,
  startTicketHttpServer,
  TICKETS,
} from '../support/mcp-gateway.ts'
import { TICKET_TOOLS } from '../support/ticket-server.ts'

let open: AsyncDisposableStack
let ahead: number
beforeEach(() => {
  open = new AsyncDisposableStack()
  ahead = 0
})
afterEach(() => open.disposeAsync())

const changed = (text: string): readonly Tool[] =>
  TICKET_TOOLS.map((tool) =>
    tool.name === 'read_ticket' ? { ...tool, description: `${tool.description}${text}` } : tool,
  )
const NEWER = changed(' And its history.')

async function start(tools: readonly Tool[], { isWaived = true, manifest = mcpManifest(TICKETS) } = {}) {
  const server = open.use(await startTicketHttpServer(() => tools))
  const gateway = open.use(
    await startMcpGateway(
      { tickets: { kind: 'http', url: server.url, transport: 'streamable-http', network: 'private', key: undefined } },
      {
        manifest,
        mcpDriftWaivers: isWaived ? [{ exception: 'EX-1', expiresAt: epochMs(Date.now() + HOUR_MS) }] : [],
        ports: { clock: () => epochMs(Date.now() + ahead) },
      },
    ),
  )
  const client = await gateway.connect()
  const offered = async (): Promise<readonly string[]> => (await client.listTools()).tools.map(({ name }) => name)
  const call = async (): Promise<CallToolResult> =>
    (await client.callTool({ name: 'read_ticket', arguments: { id: '7' } })) as CallToolResult
  return { gateway, offered, call, called: server.called }
}

test('is the waiver of the shipped check on pins', () => expect(MCP_DRIFT_CHECK).toBe('GH-TOL-006'))

describe('a waiver of the check on pins', () => {
  test('has the drifted tool offered and called, and is named on the record', async () => {
    const { gateway, offered, call } = await start(NEWER)
    expect(await offered()).toContain('read_ticket')
    expect((await call()).isError).toBeUndefined()
    expect(gateway.outcomes.at(-1)).toMatchObject({
      outcome: 'completed',
      drift: {
        kind: 'mcp-tool',
        expected: 'tickets__read_ticket',
        seen: pinOf(NEWER[0] as Tool),
        exception: 'EX-1',
      },
    })
    expect(gateway.intents.at(-1)).toMatchObject({ action: 'annotate', findings: [{ detector: 'mcp/drift' }] })
  })

  test('covers a tool that nothing pins', async () => {
    const loose = mcpServerText('tickets', [{ tool: TICKET_TOOLS[0] as Tool, effect: 'read', pin: null }])
    const options = { manifest: mcpManifest(loose) }
    expect(await (await start(TICKET_TOOLS, { ...options, isWaived: false })).offered()).toEqual([])
    expect(await (await start(TICKET_TOOLS, options)).offered()).toEqual(['read_ticket'])
  })

  test('lapses by itself under way: what was offered by it is called no more', async () => {
    const { gateway, offered, call, called } = await start(NEWER)
    await offered()
    ahead = HOUR_MS - 60_000
    expect((await call()).isError).toBeUndefined()
    ahead = HOUR_MS
    expect((await call()).isError).toBe(true)
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'denied', rule: 'mcp/not-offered' })
    expect(await offered()).not.toContain('read_ticket')
    expect(called).toEqual(['read_ticket'])
  })

  test('is needed: without one the tool is refused, and the others are served', async () => {
    const { offered, call, called } = await start(NEWER, { isWaived: false })
    expect(await offered()).toEqual(['send_reply', 'read_image'])
    expect((await call()).isError).toBe(true)
    expect(called).toEqual([])
  })

  test('waives no guard: a description that gives orders is refused all the same', async () => {
    const { offered } = await start(changed(` ${INJECTION}`))
    expect(await offered()).not.toContain('read_ticket')
  })
})
