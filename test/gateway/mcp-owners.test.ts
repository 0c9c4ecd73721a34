// Sessions and calls of MCP are bounded for each credential and each tenant, so that none takes all places.
import { afterEach, expect, test } from 'vitest'
import { mcpManifest, startMcpGateway, TICKET_CHILD, TICKETS, type McpGateway } from '../support/mcp-gateway.ts'
import { TICKET_TOOLS } from '../support/ticket-server.ts'
import { eventually } from '../support/temp-folder.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

const OTHER = { authorization: 'Bearer gh_other_key' }

async function start(bounds: { readonly sessionsMax?: number; readonly callsMax?: number }): Promise<McpGateway> {
  const tools = `    - { id: tickets__read_ticket, schema: tools/save_note.json, effect: read, limits: { perSession: 1 } }\n`
  const gateway = await startMcpGateway(
    { tickets: TICKET_CHILD },
    {
      manifest: mcpManifest(TICKETS, { tools }),
      toolSchemas: { tickets__read_ticket: JSON.stringify(TICKET_TOOLS[0]?.inputSchema) },
      credentials: ['gh_other_key', 'gh_third_key'],
      ...bounds,
    },
  )
  open.push(gateway)
  return gateway
}

const connected = (gateway: McpGateway, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
  gateway.connect({ headers }).then(
    () => 'begun',
    (error: unknown) => (String(error).includes('no more sessions') ? 'full' : String(error)),
  )

test('a credential begins half of all sessions at most, and one that ends gives its place back', async () => {
  const gateway = await start({ sessionsMax: 4 })
  const first = await gateway.connect()
  expect([await connected(gateway), await connected(gateway)]).toEqual(['begun', 'full'])
  expect(await connected(gateway, OTHER)).toBe('begun')
  await (first.transport as unknown as { terminateSession(): Promise<void> }).terminateSession()
  await eventually(
    () => connected(gateway),
    (answer) => answer === 'begun',
  )
  expect([await connected(gateway), await connected(gateway, OTHER)]).toEqual(['full', 'begun'])
  expect(await connected(gateway, { authorization: 'Bearer gh_third_key' })).toBe('full')
})

test('a tenant begins a quarter of all sessions at most', async () => {
  const gateway = await start({ sessionsMax: 4 })
  const as = async (tenant: string) => ({ 'gatehouse-subject': await gateway.subjectToken({ tenant }) })
  expect([await connected(gateway, await as('a')), await connected(gateway, await as('a'))]).toEqual(['begun', 'full'])
  expect(await connected(gateway, { ...OTHER, ...(await as('a')) })).toBe('full')
  expect(await connected(gateway, await as('b'))).toBe('begun')
})

test('what begins no session keeps no place', async () => {
  const gateway = await start({ sessionsMax: 2 })
  const headers = { accept: 'application/json, text/event-stream' }
  for (let tries = 0; tries < 4; tries++)
    await (await gateway.post('/mcp/tickets', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers)).text()
  await eventually(
    () => connected(gateway),
    (answer) => answer === 'begun',
  )
})

test('calls that a proxy makes are half of all for a credential, and one that finds no place spends nothing', async () => {
  const gateway = await start({ callsMax: 2 })
  type Reply = { readonly kind?: string; readonly call?: string; readonly denial?: { readonly rule: string } }
  const ask = async (path: string, body: object, headers: Readonly<Record<string, string>>): Promise<Reply> =>
    (await (await gateway.post(`/v1/mcp/tickets/${path}`, body, headers)).json()) as Reply
  const listed = (await ask('tools', { descriptors: TICKET_TOOLS }, {})) as { offered?: { name: string }[] }
  const offer = (name: string) => listed.offered?.find((one) => one.name === name)
  const call = async (name: string, session: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ask(
      'calls',
      { name, arguments: { id: '7' }, offered: offer(name) },
      { 'gatehouse-subject': await gateway.subjectToken({ tenant: session, session }), ...headers },
    )
  const first = await call('read_image', 'a')
  expect(first.kind).toBe('allowed')
  expect((await call('read_ticket', 'b')).denial?.rule).toBe('mcp/calls')
  const other = await call('read_ticket', 'c', OTHER)
  expect(other.kind).toBe('allowed')
  expect(await ask(`calls/${first.call ?? ''}`, { kind: 'result', result: { content: [] } }, {})).toMatchObject({
    kind: 'result',
  })
  // Its budget of one call is whole.
  expect((await call('read_ticket', 'b')).kind).toBe('allowed')
})
