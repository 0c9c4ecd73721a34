import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Tool } from '@modelcontextprotocol/sdk/types.js'
import { monotonicMs } from '../../src/adapters/clock/system-clock.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../src/adapters/ids/ulid-ids.ts'
import type { McpPlace } from '../../src/adapters/mcp/mcp-place.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { descriptorPin } from '../../src/domain/authorization/mcp-pins.ts'
import type { Effect } from '../../src/domain/manifest/manifest.ts'
import { McpSessions } from '../../src/entrypoints/gateway/mcp/mcp-sessions.ts'
import { ProxiedCalls } from '../../src/entrypoints/gateway/mcp/proxied-calls.ts'
import { API_KEY, startBareGateway, type BareGateway, type BareOptions } from './bare-gateway.ts'
import { TICKET_TOOLS, ticketServer } from './ticket-server.ts'
import { tinyManifest, type ManifestOptions } from './tiny-project.ts'

export const TICKET_CHILD: McpPlace = {
  kind: 'process',
  command: [process.execPath, join(import.meta.dirname, 'mcp-server-child.ts')],
  environment: {},
}

/** The published example server, over standard input and output. */
export const EVERYTHING: McpPlace = {
  kind: 'process',
  command: [
    process.execPath,
    join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
    'stdio',
  ],
  environment: {},
}

export const pinOf = (tool: Tool): string => descriptorPin(tool as unknown as JsonObject, nodeSha256)

/** `mcpServers` of a manifest for these tools, pinned as they are. */
export function mcpServerText(
  id: string,
  tools: readonly { readonly tool: Tool; readonly effect: Effect; readonly pin?: string | null }[],
): string {
  const entries = tools.map(({ tool, effect, pin = pinOf(tool) }) =>
    pin === null ? `${tool.name}: { effect: ${effect} }` : `${tool.name}: { effect: ${effect}, pin: '${pin}' }`,
  )
  return `    - { id: ${id}, command: [server], tools: { ${entries.join(', ')} } }\n`
}

/** The tiny manifest with MCP servers, and more tools where given. */
export function mcpManifest(
  servers: string,
  { tools = '', ...options }: ManifestOptions & { readonly tools?: string } = {},
): string {
  return tinyManifest(options)
    .replace(/^guard: \{ preset: (\w+) \}$/m, 'guard: { preset: $1, input: { pii: { action: redact } } }')
    .replace(/^guard:/m, `${tools}  mcpServers:\n${servers}guard:`)
}

export const TICKETS = mcpServerText(
  'tickets',
  TICKET_TOOLS.map((tool) => ({ tool, effect: tool.name === 'send_reply' ? 'external' : 'read' })),
)

export interface McpGateway extends BareGateway {
  readonly logged: string[]
  /** A real client, connected through the gateway. */
  connect(options?: { readonly headers?: Readonly<Record<string, string>>; readonly server?: string }): Promise<Client>
}

/** The gateway's own code in front of real MCP servers. */
export async function startMcpGateway(
  places: Readonly<Record<string, McpPlace>>,
  {
    sessionsMax,
    callsMax,
    ...options
  }: BareOptions & { readonly sessionsMax?: number; readonly callsMax?: number } = {},
): Promise<McpGateway> {
  const logged: string[] = []
  const bound = sessionsMax === undefined ? {} : { sessionsMax }
  const sessions = new McpSessions({ monotonicMs, newId: ulidIds, log: (line) => void logged.push(line), ...bound })
  const calls = new ProxiedCalls({
    monotonicMs,
    onBug: (error) => void logged.push(String(error)),
    ...(callsMax === undefined ? {} : { callsMax }),
  })
  const gateway = await startBareGateway({
    manifest: mcpManifest(TICKETS),
    ...options,
    ports: { mcp: { placeOf: (_, server) => places[server], sessions, calls }, ...options.ports },
  })
  const clients: Client[] = []
  return Object.assign(Object.create(gateway) as BareGateway, {
    logged,
    async connect({ headers = {}, server = 'tickets' }: { readonly headers?: object; readonly server?: string } = {}) {
      const client = new Client({ name: 'test', version: '1.0.0' })
      clients.push(client)
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/${server}`), {
          requestInit: { headers: { authorization: `Bearer ${API_KEY}`, ...headers } },
        }),
      )
      return client
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()))
      await sessions.close()
      await calls.close()
      await gateway[Symbol.asyncDispose]()
    },
  })
}

export interface HttpMcpServer extends AsyncDisposable {
  readonly url: string
  readonly called: string[]
  /** Arguments of the calls. */
  readonly received: unknown[]
  readonly authorizations: (string | undefined)[]
}

/** The server of tickets over streamable HTTP, a session each. */
export async function startTicketHttpServer(tools: () => readonly Tool[] = () => TICKET_TOOLS): Promise<HttpMcpServer> {
  const called: string[] = []
  const received: unknown[] = []
  const authorizations: (string | undefined)[] = []
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    const id = request.headers['mcp-session-id']
    const answer = async (): Promise<void> => {
      let transport = typeof id === 'string' ? sessions.get(id) : undefined
      if (transport === undefined) {
        const own = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => crypto.randomUUID(),
          onsessioninitialized: (session) => void sessions.set(session, own),
        })
        transport = own
        await ticketServer(tools, called, received).connect(transport as never)
      }
      await transport.handleRequest(request, response)
    }
    void answer()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    called,
    received,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
