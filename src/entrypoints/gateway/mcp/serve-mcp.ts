import type { ServerResponse } from 'node:http'
import { mcpServerOf } from '../../../domain/authorization/mcp-tools.ts'
import { subjectOf } from '../exchange/serve-model.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { readBody, sendJson, BODY_BYTES_MAX, type HttpExchange } from '../routes/http-exchange.ts'
import { parseJson } from '../../../base/json.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import { gatewayAuthority } from './gateway-authority.ts'
import { mcpOwners } from './mcp-owners.ts'
import type { McpVisit, SessionRefusal } from './mcp-sessions.ts'

const NOWHERE = 'no release of this system declares such an MCP server, or it is configured nowhere'
const PATH = /^\/mcp\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})$/

export function isMcpPath(path: string): boolean {
  return path === '/mcp' || path.startsWith('/mcp/')
}

/** `/mcp/SERVER`: the streamable HTTP transport of the Model Context Protocol in front of one server of the release. */
export async function serveMcp(ports: GatewayPorts, caller: Caller, path: string, http: HttpExchange): Promise<void> {
  const { request, response } = http
  const server = PATH.exec(path)?.[1] ?? ''
  const { system, releases } = caller.admitted
  const isDeclared = releases.some(({ manifest }) => mcpServerOf(manifest, server) !== undefined)
  const place = isDeclared ? ports.mcp?.placeOf(system, server) : undefined
  const id = request.headers['mcp-session-id']
  if (ports.mcp === undefined || (place === undefined && typeof id !== 'string')) return refuse(response, 404, NOWHERE)
  if (!isSameOrigin(request.headers)) return refuse(response, 403, 'requests of other origins are refused')
  if (place?.kind === 'http' && place.key === null)
    return refuse(response, 503, 'the key of the MCP server cannot be read')
  const subject = await subjectOf(caller, http)
  if (!subject.ok) return refuse(response, subject.failure.status, subject.failure.message)
  const body = await bodyOf(http)
  if (body === 'too-long') return refuse(response, 413, `the body is larger than ${BODY_BYTES_MAX} bytes`)
  if (body === 'no-json') return refuse(response, 400, 'the body is no JSON', -32_700)
  const visit: McpVisit = {
    owner: ownerOf(caller, server, subject.value),
    placesOf: (placesMax) => mcpOwners(caller, subject.value, placesMax),
    server,
    subject: subject.value,
    authorityOf: (endUser) => gatewayAuthority(ports, { caller, server, subject: endUser }),
  }
  const parts = { request, response, body }
  const { sessions } = ports.mcp
  if (typeof id === 'string') return refuseSession(response, await sessions.resume(id, visit, place, parts))
  if (place === undefined) return refuse(response, 404, NOWHERE)
  if (request.method !== 'POST') return refuse(response, 400, 'the session is not named')
  const refused = await sessions.begin(visit, place, parts)
  refuseSession(response, refused)
}

function ownerOf({ admitted, keyId }: Caller, server: string, subject: Subject | undefined): string {
  const { organization, system, environment } = admitted
  const { tenant, principal, session } = subject ?? {}
  return JSON.stringify([
    organization,
    system,
    environment,
    keyId,
    server,
    tenant ?? null,
    principal ?? null,
    session ?? null,
  ])
}

/** SECURITY: a page in a browser must not speak to a gateway on its visitor's machine. */
function isSameOrigin({ origin, host }: HttpExchange['request']['headers']): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

async function bodyOf({ request }: HttpExchange): Promise<unknown> {
  if (request.method !== 'POST') return undefined
  const text = await readBody(request)
  if (text === undefined) return 'too-long'
  const json = parseJson(text, BODY_BYTES_MAX)
  return json.ok ? json.value : 'no-json'
}

function refuseSession(response: ServerResponse, refusal: SessionRefusal | undefined): void {
  switch (refusal) {
    case undefined:
      return
    case 'unknown':
      return refuse(response, 404, 'there is no such session')
    case 'full':
      response.setHeader('retry-after', '5')
      return refuse(response, 503, 'no more sessions can be opened')
    case 'ending':
      response.setHeader('retry-after', '5')
      return refuse(response, 503, 'this gateway is shutting down')
    case 'unreachable':
      return refuse(response, 502, 'the MCP server cannot be started')
  }
}

// oxlint-disable-next-line max-params -- a reply and the three parts of its error
function refuse(response: ServerResponse, status: number, message: string, code = -32_000): void {
  sendJson(response, status, { jsonrpc: '2.0', error: { code, message }, id: null })
}
