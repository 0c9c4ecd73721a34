import type { IncomingMessage } from 'node:http'

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * How much of the proxied request's body a proxy sent along. `none`: there was none to send. Envoy marks what it cut
 * (`x-envoy-auth-partial-body`); Traefik, nginx and others send no body at all, and name the method that they ask about.
 */
export function carriedBody({ headers, method }: IncomingMessage): 'whole' | 'part' | 'missing' | 'none' {
  if (headers['x-envoy-auth-partial-body'] === 'true') return 'part'
  // SECURITY: a body in pieces has no length; to take it for none would judge empty arguments in its place.
  const isEmpty = headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'
  if (!isEmpty) return 'whole'
  const about = [method, headers['x-forwarded-method'], headers['x-original-method']]
  return about.some((one) => typeof one === 'string' && WITH_BODY.has(one.toUpperCase())) ? 'missing' : 'none'
}
