// What a call through MCP spends, its ticket and its budget: nothing, unless it is made.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { afterEach, expect, test } from 'vitest'
import { memoryHeldAnswers } from '../../src/adapters/approvals/memory-held-answers.ts'
import { systemClock } from '../../src/adapters/clock/system-clock.ts'
import { nodeRandomBytes } from '../../src/adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../src/adapters/ids/ulid-ids.ts'
import type { LimitVerdict } from '../../src/adapters/limits/limiter.ts'
import { ApprovalDesk } from '../../src/entrypoints/gateway/approval/approval-desk.ts'
import { silentSink } from '../../src/entrypoints/gateway/silent-sink.ts'
import { mcpManifest, startMcpGateway, TICKET_CHILD, TICKETS, type McpGateway } from '../support/mcp-gateway.ts'
import { TICKET_TOOLS } from '../support/ticket-server.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

/** People who say yes to everything. */
function willingDesk(): ApprovalDesk {
  const asked = new Map<string, string>()
  return new ApprovalDesk({
    held: memoryHeldAnswers(systemClock),
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
    clock: systemClock,
    put: async ({ id, digest }) => asked.set(id, digest).size > 0,
    decided: (_, id) => ({ state: 'approved', digest: asked.get(id) ?? '' }),
  })
}

/** Limits and a disk of records that can be switched off. */
async function start(tool: string, own = 'limits: {}') {
  const granted: LimitVerdict = { kind: 'granted', settle: async (usage) => void settled.push(usage) }
  const settled: unknown[] = []
  const state: { limits: LimitVerdict; isDiskFull: boolean } = { limits: granted, isDiskFull: false }
  const kept = async () => (state.isDiskFull ? ({ kept: false, reason: 'full' } as const) : ({ kept: true } as const))
  const tools = `    - { id: tickets__read_ticket, schema: tools/save_note.json, effect: read, ${tool} }\n`
  const gateway: McpGateway = await startMcpGateway(
    { tickets: TICKET_CHILD },
    {
      manifest: mcpManifest(TICKETS, { tools }).replace(
        'lookup_order.json, effect: read,',
        `lookup_order.json, effect: read, ${own},`,
      ),
      toolSchemas: { tickets__read_ticket: JSON.stringify(TICKET_TOOLS[0]?.inputSchema) },
      ports: {
        approvals: willingDesk(),
        admitWithinLimits: async () => state.limits,
        sink: { ...silentSink(), intent: kept, outcome: kept },
      },
    },
  )
  open.push(gateway)
  const token = await gateway.subjectToken()
  const client = await gateway.connect({ headers: { 'gatehouse-subject': token } })
  return { gateway, client, state, granted, settled }
}

async function read(client: Client, ticket?: string): Promise<Record<string, unknown>> {
  const meta = ticket === undefined ? {} : { _meta: { 'gatehouse.dev/approval': ticket } }
  const result = (await client.callTool({ name: 'read_ticket', arguments: { id: '7' }, ...meta })) as CallToolResult
  return (result._meta?.['gatehouse.dev/denial'] ?? { code: 'allowed' }) as Record<string, unknown>
}

test('a call that a limit refuses keeps its ticket', async () => {
  const { client, state, granted } = await start('approval: { roles: [approver] }')
  const ticket = String((await read(client))['approval'])
  state.limits = { kind: 'limited', rule: 'per-tool', retryAfterMs: 1 }
  expect((await read(client, ticket))['code']).toBe('rate_limited')
  state.limits = granted
  expect((await read(client, ticket))['code']).toBe('allowed')
  expect((await read(client, ticket))['code']).toBe('invalid_approval')
})

test('a call that a limit refuses is not counted', async () => {
  const { client, state, granted } = await start('limits: { perSession: 1 }')
  state.limits = { kind: 'unavailable' }
  expect((await read(client))['code']).toBe('limits_unavailable')
  state.limits = granted
  expect((await read(client))['code']).toBe('allowed')
  expect((await read(client))['rule']).toBe('tool/tickets__read_ticket/limits.perSession')
})

test.each(['approval: { roles: [approver] }', 'limits: { perSession: 1 }'])(
  'a call with `%s` that cannot be recorded spends nothing',
  async (tool) => {
    const { client, state } = await start(tool)
    await client.listTools()
    const ticket = tool.startsWith('approval') ? String((await read(client))['approval']) : undefined
    state.isDiskFull = true
    expect((await read(client, ticket))['code']).toBe('audit_unavailable')
    state.isDiskFull = false
    expect((await read(client, ticket))['code']).toBe('allowed')
    expect((await read(client, ticket))['code']).not.toBe('allowed')
  },
)

test.each(['approval: { roles: [approver] }', 'limits: { perSession: 1 }'])(
  'a call with `%s` that is asked about at the decision point and cannot be recorded spends nothing',
  async (tool) => {
    const { state, gateway } = await start('limits: {}', tool)
    const subject = { 'gatehouse-subject': await gateway.subjectToken() }
    const ask = async (ticket?: string): Promise<Record<string, unknown>> => {
      const headers = { ...subject, ...(ticket === undefined ? {} : { 'gatehouse-approval': ticket }) }
      const asked = { tool: 'lookup_order', arguments: { order: '1' } }
      return (await (await gateway.post('/v1/authorize', asked, headers)).json()) as Record<string, unknown>
    }
    const ticket = tool.startsWith('approval') ? String((await ask())['approval']) : undefined
    state.isDiskFull = true
    expect((await ask(ticket))['error']).toMatchObject({ code: 'audit_unavailable' })
    state.isDiskFull = false
    expect((await ask(ticket))['decision']).toBe('allow')
    expect((await ask(ticket))['decision']).not.toBe('allow')
  },
)

test('of calls that come at once no more are made than the budget has, and what was reserved for the others is given back', async () => {
  const { client, settled, gateway } = await start('limits: { perSession: 1 }')
  const codes = (await Promise.all(Array.from({ length: 5 }, () => read(client)))).map(({ code }) => code)
  expect(codes.filter((code) => code === 'allowed')).toHaveLength(1)
  expect(codes.filter((code) => code === 'tool_call_denied')).toHaveLength(4)
  expect(settled.filter((usage) => usage !== 'none')).toHaveLength(1)
  expect(gateway.bugs).toEqual([])
})

test('one ticket that comes with many calls at once lets one of them through', async () => {
  const { client } = await start('approval: { roles: [approver] }')
  const ticket = String((await read(client))['approval'])
  const codes = (await Promise.all(Array.from({ length: 5 }, () => read(client, ticket)))).map(({ code }) => code)
  expect(codes.filter((code) => code === 'allowed')).toHaveLength(1)
  expect(codes.filter((code) => code === 'invalid_approval')).toHaveLength(4)
})
