import type { FastifyInstance } from 'fastify'
import { newCode, takeCode } from '../../application/identity/one-time-codes.ts'
import { endSession, startSession } from '../../application/identity/sessions.ts'
import { bearerOf, SESSION_COOKIE, setSessionCookie, type Credentials } from './authenticate.ts'
import { addressKey } from './known-callers.ts'
import { sameSecret } from '../../adapters/crypto/same-secret.ts'
import { sendProblem } from './send-problem.ts'

/** One-time links for the browser of who owns the state folder, and the end of any browser session. */
export function registerSessions(app: FastifyInstance, credentials: Credentials): void {
  const { node, ownerToken, isSecure } = credentials
  app.post('/api/v1/login-links', async (request, reply) => {
    const bearer = bearerOf(request)
    if (bearer === undefined || !sameSecret(bearer, ownerToken))
      return sendProblem(reply, { code: 'http/unauthenticated', message: 'only the owner makes login links' })
    return { token: await newCode(node, 'login-link', {}) }
  })
  // The token travels in the fragment and the body: never in a URL that a server or proxy would log.
  app.post(
    '/api/v1/session',
    { config: { rateLimit: { max: 20, timeWindow: '1 minute', keyGenerator: addressKey } } },
    async (request, reply) => {
      const { token } = (request.body ?? {}) as { token?: unknown }
      const isLink = typeof token === 'string' && token.length < 200
      if (!isLink || (await takeCode(node, 'login-link', token)) === undefined)
        return sendProblem(reply, {
          code: 'http/login-link',
          message: 'the login link is used up or too old',
          next: 'run `gatehouse console` for a new one',
        })
      const started = await startSession(
        node,
        { name: 'console', roles: ['admin'] },
        { method: 'link', client: request.headers['user-agent'] ?? '' },
      )
      if (!started.ok) return sendProblem(reply, started.failure)
      setSessionCookie(reply, started.value, isSecure)
      return reply.send({ signedIn: true })
    },
  )
  app.post('/api/v1/session/end', async (request, reply) => {
    const session = request.cookies[SESSION_COOKIE] ?? bearerOf(request)?.replace(/^ghc_/, '')
    if (session !== undefined) await endSession(node, session)
    return reply.clearCookie(SESSION_COOKIE, { path: '/' }).send({ signedIn: false })
  })
}
