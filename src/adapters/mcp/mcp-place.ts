import type { NetworkReach } from '../http/pinned-lookup.ts'

/** Where an MCP server runs. */
export type McpPlace =
  | {
      readonly kind: 'http'
      readonly url: string
      /** `sse`: the transport of protocol version 2024-11-05. */
      readonly transport: 'streamable-http' | 'sse'
      readonly network: NetworkReach
      /** Undefined: none is needed; null: it cannot be read. */
      readonly key: string | null | undefined
    }
  | {
      readonly kind: 'process'
      readonly command: readonly string[]
      readonly environment: Readonly<Record<string, string>>
    }
