import type { ServerConfig } from '../../contract/server/server-config.ts'
import type { GatewayRegister } from '../node/gateway-register.ts'
import type { OpenedNode } from '../node/open-node.ts'

/** What handlers of jobs work with. */
export interface WorkerPorts {
  readonly node: OpenedNode
  readonly gateways: GatewayRegister
  readonly config: ServerConfig | undefined
  /** Keys of models and the like, for what suites ask. */
  readonly environment: Readonly<Record<string, string | undefined>>
}
