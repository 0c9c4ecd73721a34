import type { GatewayConfig } from '../../contract/gateway-config/gateway-config.ts'
import type { McpPlace } from '../mcp/mcp-place.ts'
import type { SecretPlace } from '../secrets/secret-source.ts'

type ConfiguredMcpServer = NonNullable<GatewayConfig['mcpServers']>[number]

const nameOf = ({ id, system = '' }: ConfiguredMcpServer, index: number): string => `mcp ${index} ${system}/${id}`

/** The secrets that the configured MCP servers need, by names of our own. */
export function mcpSecretPlaces({ mcpServers = [] }: GatewayConfig): readonly (readonly [string, SecretPlace])[] {
  return mcpServers.flatMap((server, index) => [
    ...(server.key === undefined ? [] : [[nameOf(server, index), server.key] as const]),
    ...Object.entries(server.env ?? {}).map(
      ([variable, place]) => [`${nameOf(server, index)} ${variable}`, place] as const,
    ),
  ])
}

/** Where a system's server runs: an entry that names the system goes first. Undefined: nowhere that the file names. */
export function mcpPlaceOf(
  { mcpServers = [] }: GatewayConfig,
  asked: {
    readonly system: string
    readonly server: string
    readonly secretOf: (name: string) => string | null
  },
): McpPlace | undefined {
  const named = mcpServers.findIndex(({ id, system }) => id === asked.server && system === asked.system)
  const index =
    named >= 0 ? named : mcpServers.findIndex(({ id, system }) => id === asked.server && system === undefined)
  const server = mcpServers[index]
  if (server === undefined) return undefined
  const secret = asked.secretOf
  if (server.command !== undefined)
    return {
      kind: 'process',
      command: server.command,
      environment: Object.fromEntries(
        Object.keys(server.env ?? {}).map((variable) => [
          variable,
          secret(`${nameOf(server, index)} ${variable}`) ?? '',
        ]),
      ),
    }
  return {
    kind: 'http',
    url: server.url ?? '',
    transport: server.transport ?? 'streamable-http',
    network: server.network ?? 'public',
    key: server.key === undefined ? undefined : secret(nameOf(server, index)),
  }
}
