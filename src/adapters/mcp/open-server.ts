import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { boundedFetch, MESSAGE_BYTES_MAX } from './bounded-fetch.ts'
import type { McpPlace } from './mcp-place.ts'
import { McpServerSide } from './server-side.ts'

/** A connection to an MCP server that is not started yet. The library is loaded when the first one is asked for. */
export async function openMcpServer(place: McpPlace): Promise<McpServerSide> {
  if (place.kind === 'process') {
    const { StdioClientTransport, getDefaultEnvironment } = await import('@modelcontextprotocol/sdk/client/stdio.js')
    const [command = '', ...args] = place.command
    return new McpServerSide(
      new StdioClientTransport({
        command,
        args,
        env: { ...getDefaultEnvironment(), ...place.environment },
        stderr: 'ignore',
        maxBufferSize: MESSAGE_BYTES_MAX,
      }),
    )
  }
  const reach = boundedFetch(place.network)
  const requestInit = typeof place.key === 'string' ? { headers: { authorization: `Bearer ${place.key}` } } : {}
  if (place.transport === 'sse') {
    const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js')
    return new McpServerSide(
      new SSEClientTransport(new URL(place.url), {
        fetch: reach.fetch,
        requestInit,
        eventSourceInit: {
          fetch: (url, init) =>
            reach.fetch(url, {
              ...(init as RequestInit),
              headers: { ...(init.headers as Record<string, string>), ...requestInit.headers },
            }),
        },
      }),
      async () => reach[Symbol.asyncDispose](),
    )
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  const transport = new StreamableHTTPClientTransport(new URL(place.url), { fetch: reach.fetch, requestInit })
  return new McpServerSide(transport as Transport, async () => {
    // The server keeps a session until it is told, or forgets it by itself.
    await Promise.race([transport.terminateSession().catch(() => undefined), pause(GOODBYE_MS)])
    await reach[Symbol.asyncDispose]()
  })
}

const GOODBYE_MS = 1_000

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}
