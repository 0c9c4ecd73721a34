// A decision that a bug ends once its first record is on disk has its last one too, wherever it was asked for.
import { afterEach, expect, test } from 'vitest'
import { startBareGateway } from '../support/bare-gateway.ts'
import { mcpManifest, startMcpGateway, TICKET_CHILD, TICKETS } from '../support/mcp-gateway.ts'
import { silentTelemetry } from '../../src/adapters/telemetry/silent-telemetry.ts'
import { memorySessionStore } from '../../src/adapters/session/memory-session-store.ts'
import { systemClock } from '../../src/adapters/clock/system-clock.ts'
import type { GatewayPorts } from '../../src/entrypoints/gateway/gateway-ports.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

const bug = (): never => {
  throw new Error('a bug')
}

/** What is asked while nothing but the last record is missing. */
const brokenSessions = (): Partial<GatewayPorts> => ({
  sessions: { ...memorySessionStore(systemClock), countCall: bug },
})
/** What is asked for the last record itself, the first time. */
function brokenOnce(): Partial<GatewayPorts> {
  let now = 0
  return { monotonicMs: () => (++now === 2 ? bug() : now) }
}

test.each([
  { path: '/v1/guard', body: { text: 'Where is my order?' }, ports: brokenOnce },
  { path: '/v1/authorize', body: { tool: 'lookup_order', arguments: { order: '1' } }, ports: brokenSessions },
  { path: '/v1/ext-authz', body: { order: '1' }, headers: { 'gatehouse-tool': 'lookup_order' }, ports: brokenSessions },
])('a question to $path', async ({ path, body, headers, ports }) => {
  const gateway = await startBareGateway({ ports: ports() })
  open.push(gateway)
  expect((await gateway.post(path, body, headers ?? {})).status).toBe(500)
  expect(gateway.bugs).toHaveLength(1)
  expect(gateway.outcomes).toMatchObject([{ outcome: 'unknown', code: 'internal_error' }])
  expect(gateway.outcomes[0]?.id).toBe(gateway.intents[0]?.id)
})

test.each([
  {
    name: 'before it is made',
    ports: (settled: unknown[]): Partial<GatewayPorts> => ({
      ...brokenSessions(),
      admitWithinLimits: async () => ({ kind: 'granted', settle: async (usage) => void settled.push(usage) }),
    }),
  },
  {
    name: 'when its result is judged',
    ports: (settled: unknown[]): Partial<GatewayPorts> => ({
      sessions: {
        ...memorySessionStore(systemClock),
        raise: (_, { integrityRank }) => (integrityRank > 0 ? bug() : undefined),
      },
      admitWithinLimits: async () => ({ kind: 'granted', settle: async (usage) => void settled.push(usage) }),
    }),
  },
])('a call through MCP that a bug ends $name', async ({ ports }) => {
  const settled: unknown[] = []
  const gateway = await startMcpGateway(
    { tickets: TICKET_CHILD },
    { manifest: mcpManifest(TICKETS), ports: ports(settled) },
  )
  open.push(gateway)
  const client = await gateway.connect({ headers: { 'gatehouse-subject': await gateway.subjectToken() } })
  await client.listTools()
  const before = gateway.intents.length
  await expect(client.callTool({ name: 'read_ticket', arguments: { id: '7' } })).rejects.toThrow('internal error')
  expect(gateway.logged.join('\n')).toContain('a bug')
  expect(gateway.intents).toHaveLength(before + 1)
  expect(gateway.outcomes.at(-1)).toMatchObject({
    id: gateway.intents.at(-1)?.id,
    outcome: 'unknown',
    code: 'internal_error',
  })
  expect(settled).toHaveLength(1)
})

test('an outcome that was written before the bug came is the only one', async () => {
  const telemetry = { ...silentTelemetry(), record: bug }
  const gateway = await startMcpGateway({ tickets: TICKET_CHILD }, { ports: { telemetry } })
  open.push(gateway)
  await (await gateway.post('/v1/authorize', { tool: 'lookup_order', arguments: { order: '1' } })).text()
  expect(gateway.outcomes).toMatchObject([{ outcome: 'completed' }])
})
