import type { FastifyReply, FastifyRequest } from 'fastify'
import { keyPrincipal } from '../../application/identity/api-keys.ts'
import { isSessionAlive, sessionPrincipal } from '../../application/identity/sessions.ts'
import { sharePrincipal } from '../../application/identity/shares.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import type { OpenedNode } from '../node/open-node.ts'
import { sameSecret } from '../../adapters/crypto/same-secret.ts'

export interface Credentials {
  readonly node: OpenedNode
  /** Lets this user's command line in; in owner.json, mode 0600. */
  readonly ownerToken: string
  /** Whether browsers reach this server by https alone: the cookie then travels by no other way. */
  readonly isSecure: boolean
}

export const SESSION_COOKIE = 'gatehouse_session'
/** Before the token of a session that a command line holds. */
const COMMAND_LINE_PREFIX = 'ghc_'

export const commandLineToken = (session: string): string => `${COMMAND_LINE_PREFIX}${session}`

export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
}

/** Who calls. A credential that is presented and does not hold is nobody: no other one is tried in its place. */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: Credentials,
): Promise<Principal | undefined> {
  const bearer = bearerOf(request)
  if (bearer !== undefined) return bearerPrincipal(request, bearer, credentials)
  if (request.headers.authorization !== undefined) return undefined
  const cookie = request.cookies[SESSION_COOKIE]
  if (cookie === undefined || cookie.length > 100) return undefined
  // A page of another site can make a browser send the cookie, but not this header.
  if (request.method !== 'GET' && request.headers['x-gatehouse-console'] !== '1') return undefined
  const held = await sessionPrincipal(credentials.node, cookie, { mayRotate: true })
  if (held?.rotatedTo !== undefined) setSessionCookie(reply, held.rotatedTo, credentials.isSecure)
  return held?.principal
}

/** Whether what a caller was let in by still holds, long after. Sessions are looked up by id: their token has changed since. */
export async function isStillValid(
  request: FastifyRequest,
  { credential }: Principal,
  credentials: Credentials,
): Promise<boolean> {
  if (credential?.kind === 'session') return isSessionAlive(credentials.node, credential.id)
  const bearer = bearerOf(request)
  return bearer !== undefined && (await bearerPrincipal(request, bearer, credentials)) !== undefined
}

export function setSessionCookie(reply: FastifyReply, session: string, isSecure: boolean): void {
  reply.setCookie(SESSION_COOKIE, session, { httpOnly: true, sameSite: 'strict', path: '/', secure: isSecure })
}

async function bearerPrincipal(
  request: FastifyRequest,
  bearer: string,
  { node, ownerToken }: Credentials,
): Promise<Principal | undefined> {
  if (sameSecret(bearer, node.gatewayToken)) return { name: 'gateway', roles: ['gateway'] }
  if (sameSecret(bearer, ownerToken)) return assertedPrincipal(request)
  if (bearer.startsWith('ghk_')) return keyPrincipal(node, bearer)
  if (bearer.startsWith('ghs_')) return sharePrincipal(node, bearer)
  if (bearer.startsWith(COMMAND_LINE_PREFIX))
    return (await sessionPrincipal(node, bearer.slice(COMMAND_LINE_PREFIX.length), { mayRotate: false }))?.principal
  return undefined
}

/** Whoever holds the owner's token owns the state folder: the name is their own word, and recorded as such. */
function assertedPrincipal(request: FastifyRequest): Principal | undefined {
  const asserted = request.headers['gatehouse-as']
  if (typeof asserted !== 'string') return { name: 'owner', roles: ['admin'] }
  try {
    const [name, roles] = decodeURIComponent(asserted).split(';')
    return {
      name: (name ?? '').slice(0, 200) || 'owner',
      roles: (roles ?? '').split(',').filter((role) => role !== ''),
    }
  } catch (error) {
    // A name that cannot be read is nobody's.
    if (error instanceof URIError) return undefined
    throw error
  }
}
