import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openSealedText, sealText } from '../../adapters/crypto/sealed-text.ts'
import type { OidcPerson, OidcProviderClient, SignInTransaction } from '../../adapters/oidc/oidc-provider-client.ts'
import { newCode, takeCode } from '../../application/identity/one-time-codes.ts'
import { startSession } from '../../application/identity/sessions.ts'
import { MINUTE_MS } from '../../base/instant.ts'
import type { Problem } from '../../base/result.ts'
import { commandLineToken, setSessionCookie, type Credentials } from './authenticate.ts'
import { addressKey } from './known-callers.ts'
import { sameSecret } from '../../adapters/crypto/same-secret.ts'
import { sendProblem } from './send-problem.ts'

export interface OidcRoutes extends Credentials {
  readonly oidc: OidcProviderClient | undefined
}

const COOKIE = 'gatehouse_sign_in'
const COOKIE_PATH = '/api/v1/sign-in'
const LIFE_MS = 10 * MINUTE_MS
const PURPOSE = 'sign-in'

/** A command line that waits on a port of the person's own machine; it alone knows what hashes to the challenge. */
interface CommandLine {
  readonly port: number
  readonly challenge: string
  readonly state: string
}

interface Pending extends SignInTransaction {
  readonly at: number
  readonly commandLine: CommandLine | null
}

/** Sign-in by an identity provider, for browsers and for command lines. */
export function registerOidc(app: FastifyInstance, options: OidcRoutes): void {
  const limited = { config: { rateLimit: { max: 60, timeWindow: '1 minute', keyGenerator: addressKey } } }
  app.get('/api/v1/sign-in-methods', async () => ({ link: true, oidc: options.oidc !== undefined }))
  app.get('/api/v1/sign-in', limited, (request, reply) => begin(request, reply, options))
  app.get('/api/v1/sign-in/callback', limited, (request, reply) => finish(request, reply, options))
  app.post('/api/v1/session/token', limited, async (request, reply) => {
    const { code, verifier } = (request.body ?? {}) as { code?: unknown; verifier?: unknown }
    const isSound = typeof code === 'string' && typeof verifier === 'string' && code.length + verifier.length < 400
    const content = isSound ? await takeCode(options.node, 'command-line', code) : undefined
    if (content === undefined || !sameSecret(String(content['challenge']), challengeOf(String(verifier))))
      return sendProblem(reply, {
        code: 'http/login-link',
        message: 'the code is used up, too old, or of another command line',
        next: 'gatehouse login --server URL',
      })
    const started = await startSession(
      options.node,
      { name: String(content['name']), roles: content['roles'] as readonly string[] },
      { method: 'command-line', client: request.headers['user-agent'] ?? '' },
    )
    return started.ok ? { token: commandLineToken(started.value) } : sendProblem(reply, started.failure)
  })
}

/**
 * A person's browser goes back to the console, which says what went wrong; other callers get the problem itself.
 * SECURITY: only the code travels in the address, so that nobody can put words of their own on the page.
 */
function refuse(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply | Promise<FastifyReply> {
  const isPage = request.headers.accept?.includes('text/html') === true
  return isPage ? reply.redirect(`/#sign-in-problem=${problem.code}`, 303) : sendProblem(reply, problem)
}

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

async function begin(request: FastifyRequest, reply: FastifyReply, options: OidcRoutes): Promise<FastifyReply> {
  if (options.oidc === undefined) return notConfigured(reply)
  const begun = await options.oidc.begin()
  if (!begun.ok) return refuse(request, reply, begun.failure)
  const pending: Pending = {
    ...begun.value.transaction,
    at: options.node.clock(),
    commandLine: commandLineOf(request.query as Readonly<Record<string, unknown>>),
  }
  // The answer must come back through the browser that asked: what it must match travels in its own sealed cookie.
  reply.setCookie(COOKIE, sealText(options.node.keyFor(PURPOSE), PURPOSE, JSON.stringify(pending)), {
    httpOnly: true,
    sameSite: 'lax',
    path: COOKIE_PATH,
    secure: options.isSecure,
    maxAge: LIFE_MS / 1_000,
  })
  return reply.redirect(begun.value.url.href, 303)
}

function commandLineOf({ port, challenge, state }: Readonly<Record<string, unknown>>): CommandLine | null {
  const number = Number(port)
  const isSound =
    Number.isInteger(number) &&
    number >= 1_024 &&
    number <= 65_535 &&
    typeof challenge === 'string' &&
    /^[\w-]{43}$/.test(challenge) &&
    typeof state === 'string' &&
    /^[\w-]{16,64}$/.test(state)
  return isSound ? { port: number, challenge, state } : null
}

async function finish(request: FastifyRequest, reply: FastifyReply, options: OidcRoutes): Promise<FastifyReply> {
  if (options.oidc === undefined) return notConfigured(reply)
  const pending = pendingOf(request, options)
  reply.clearCookie(COOKIE, { path: COOKIE_PATH })
  if (pending === undefined)
    return refuse(request, reply, {
      code: 'http/sign-in',
      message: 'this browser did not begin the sign-in, or began it more than ten minutes ago',
      next: 'sign in again',
    })
  const query = new URLSearchParams(request.query as Record<string, string>)
  const person = await options.oidc.finish(query, pending)
  if (!person.ok) return refuse(request, reply, person.failure)
  if (pending.commandLine !== null) return handToCommandLine(reply, options, person.value, pending.commandLine)
  const started = await startSession(options.node, person.value, {
    method: 'oidc',
    client: request.headers['user-agent'] ?? '',
  })
  if (!started.ok) return refuse(request, reply, started.failure)
  setSessionCookie(reply, started.value, options.isSecure)
  return reply.redirect('/', 303)
}

/** The code goes to the person's own machine, and is of use to nobody who lacks the verifier. */
// oxlint-disable-next-line max-params -- reply, server, person and command line are four separate things
async function handToCommandLine(
  reply: FastifyReply,
  options: OidcRoutes,
  { name, roles }: OidcPerson,
  { port, challenge, state }: CommandLine,
): Promise<FastifyReply> {
  const code = await newCode(options.node, 'command-line', { name, roles: [...roles], challenge })
  return reply.redirect(`http://127.0.0.1:${port}/?${new URLSearchParams({ code, state }).toString()}`, 303)
}

function pendingOf(request: FastifyRequest, { node }: OidcRoutes): Pending | undefined {
  const cookie = request.cookies[COOKIE]
  const text =
    cookie === undefined || cookie.length > 4_000 ? undefined : openSealedText(node.keyFor(PURPOSE), PURPOSE, cookie)
  const pending = text === undefined ? undefined : (JSON.parse(text) as Pending)
  return pending !== undefined && node.clock() - pending.at <= LIFE_MS ? pending : undefined
}

function notConfigured(reply: FastifyReply): Promise<FastifyReply> {
  return sendProblem(reply, {
    code: 'http/not-found',
    message: 'this server has no identity provider',
    next: 'use a login link, or start it with --config and `oidc`',
  })
}
