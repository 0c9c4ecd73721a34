import { canonicalJson } from '../../../base/json.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { OfferedTool } from '../../../application/gateway/mcp-authority.ts'
import type { McpOffer } from '../../../domain/authorization/mcp-tools.ts'
import type { GatewayPorts } from '../gateway-ports.ts'

const STANDINGS = ['pinned', 'drift', 'not-pinned'] as const
/** How an offered tool stands to its release. */
export type Standing = (typeof STANDINGS)[number]

export function standingOf({ alarm, isPinned }: McpOffer): Standing {
  return isPinned ? 'pinned' : alarm?.rule === 'mcp/drift' ? 'drift' : 'not-pinned'
}

function mark(
  ports: GatewayPorts,
  { admitted, release }: Pick<RequestContext, 'admitted' | 'release'>,
  server: string,
  about: { readonly standing: Standing; readonly tool: Omit<OfferedTool, 'seal'> },
): string {
  const { name, descriptor } = about.tool
  const text = canonicalJson([
    admitted.organization,
    admitted.system,
    admitted.environment,
    release.digest,
    server,
    about.standing,
    name,
    descriptor,
  ])
  return ports.hmac('mcp-tool', text.ok ? text.value : ports.newId())
}

/** The gateway's word that it has offered this tool, so as it stands here, for this release. */
export function sealTool(
  ports: GatewayPorts,
  context: Pick<RequestContext, 'admitted' | 'release'>,
  server: string,
  about: { readonly standing: Standing; readonly tool: Omit<OfferedTool, 'seal'> },
): OfferedTool {
  return { ...about.tool, seal: `${about.standing}.${mark(ports, context, server, about)}` }
}

/** How the tool stands; undefined: this gateway has not offered it, or not for the release that counts now. */
export function standingBySeal(
  ports: GatewayPorts,
  context: Pick<RequestContext, 'admitted' | 'release'>,
  server: string,
  { seal, ...tool }: OfferedTool,
): Standing | undefined {
  return STANDINGS.find((standing) => seal === `${standing}.${mark(ports, context, server, { standing, tool })}`)
}
