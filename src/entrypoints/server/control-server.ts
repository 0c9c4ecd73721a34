import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { existsSync } from 'node:fs'
import type { Principal } from '../../application/state/owner-node.ts'
import type { Problem } from '../../base/result.ts'
import { OPERATIONS, type OperationName } from '../../contract/http/operations.ts'
import { openApiDocument } from '../../contract/http/openapi.ts'
import { buildBundle } from '../../application/admission/build-bundle.ts'
import type { GatewayRegister } from '../node/gateway-register.ts'
import type { OpenedNode } from '../node/open-node.ts'
import { runOperation } from '../node/run-operation.ts'
import { sameSecret, SignIn } from './sign-in.ts'

export interface ControlServerOptions {
  readonly node: OpenedNode
  readonly gateways: GatewayRegister
  /** Lets this user's command line in; in owner.json, mode 0600. */
  readonly ownerToken: string
  readonly signIn: SignIn
  /** Built console, if it is there. */
  readonly consoleFolder: string
  /** Loopback names that requests may be addressed to: a page elsewhere cannot reach the API by rebinding a name. */
  readonly hosts: readonly string[]
}

const BODY_BYTES_MAX = 16 * 1_048_576
const COOKIE = 'gatehouse_session'
const WAIT_MS_MAX = 25_000

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** The control plane's HTTP face: `/api/v1` from the table of operations, the gateways' bundle, and the console. */
export async function controlServer(options: ControlServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    logger: false,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 300 },
  })
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    if (!options.hosts.includes(host))
      await sendProblem(reply, 403, { code: 'http/host', message: 'this server does not answer to that name' })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    await sendProblem(reply, status, {
      code: status === 429 ? 'http/too-many' : status < 500 ? 'http/bad-request' : 'http/internal',
      message: status < 500 ? error.message : 'internal error',
    })
  })
  registerOperations(app, options)
  registerSignIn(app, options)
  registerGateways(app, options)
  app.get('/api/v1/openapi.json', async () => openApiDocument(options.node.version))
  app.get('/healthz', async () => ({ status: 'ok' }))
  if (existsSync(options.consoleFolder)) {
    await app.register(fastifyStatic, { root: options.consoleFolder, prefix: '/', cacheControl: false })
    app.setNotFoundHandler(async (request, reply) => {
      if (request.method === 'GET' && !request.url.startsWith('/api/')) return reply.sendFile('index.html')
      return sendProblem(reply, 404, { code: 'http/not-found', message: 'no such path' })
    })
  } else
    app.setNotFoundHandler(async (_request, reply) =>
      sendProblem(reply, 404, { code: 'http/not-found', message: 'no such path' }),
    )
  return app
}

function registerOperations(app: FastifyInstance, options: ControlServerOptions): void {
  for (const [name, { method, path }] of Object.entries(OPERATIONS)) {
    app.route({
      method,
      url: `/api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      handler: async (request, reply) => {
        const principal = principalOf(request, options)
        if (principal === undefined)
          return sendProblem(reply, 401, {
            code: 'http/unauthenticated',
            message: 'sign in first',
            next: 'open the login link that `gatehouse console` prints',
          })
        const fields = method === 'GET' ? (request.query as object) : ((request.body ?? {}) as object)
        const input = { ...fields, ...(request.params as object) }
        const result = await runOperation(
          name as OperationName,
          { node: options.node, gateways: options.gateways },
          principal,
          input,
        )
        return result.ok ? reply.send(result.value) : sendProblem(reply, statusOf(result.failure), result.failure)
      },
    })
  }
}

/** Problems say by their code what kind they are. */
function statusOf({ code }: Problem): number {
  if (code === 'http/forbidden') return 403
  if (code === 'http/invalid-input') return 400
  if (code.includes('/unknown')) return 404
  if (code === 'http/invalid-input') return 400
  if (code.startsWith('ledger/')) return 503
  return 409
}

async function sendProblem(reply: FastifyReply, status: number, problem: Problem): Promise<FastifyReply> {
  return reply
    .status(status)
    .type('application/problem+json')
    .send({
      type: `https://gatehouse.dev/problems/${problem.code}`,
      title: problem.message,
      status,
      code: problem.code,
      ...(problem.next === undefined ? {} : { next: problem.next }),
    })
}

/** Who calls: the gateway's token, the owner's token with the name it asserts, or a browser session. */
function principalOf(
  request: FastifyRequest,
  { node, ownerToken, signIn }: ControlServerOptions,
): Principal | undefined {
  const bearer = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    if (sameSecret(bearer, node.gatewayToken)) return { name: 'gateway', roles: ['gateway'] }
    if (sameSecret(bearer, ownerToken)) return assertedPrincipal(request)
    return undefined
  }
  const session = request.cookies[COOKIE]
  const principal = session === undefined ? undefined : signIn.principalOf(session)
  // A page of another site can make a browser send the cookie, but not this header.
  return principal !== undefined && (request.method === 'GET' || request.headers['x-gatehouse-console'] === '1')
    ? principal
    : undefined
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

function registerSignIn(app: FastifyInstance, { signIn, ownerToken }: ControlServerOptions): void {
  app.post('/api/v1/login-links', async (request, reply) => {
    const bearer = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
    if (bearer === undefined || !sameSecret(bearer, ownerToken))
      return sendProblem(reply, 401, { code: 'http/unauthenticated', message: 'only the owner makes login links' })
    return { token: signIn.newLink() }
  })
  // The token travels in the fragment and the body: never in a URL that a server or proxy would log.
  app.post(
    '/api/v1/session',
    { config: { rateLimit: { max: 20, timeWindow: '1 minute' } } },
    async (request, reply) => {
      const { token } = (request.body ?? {}) as { token?: unknown }
      const session = typeof token === 'string' && token.length < 200 ? signIn.redeem(token) : undefined
      if (session === undefined)
        return sendProblem(reply, 401, {
          code: 'http/login-link',
          message: 'the login link is used up or too old',
          next: 'run `gatehouse console` for a new one',
        })
      return reply
        .setCookie(COOKIE, session, { httpOnly: true, sameSite: 'strict', path: '/' })
        .send({ signedIn: true })
    },
  )
  app.post('/api/v1/session/end', async (request, reply) => {
    const session = request.cookies[COOKIE]
    if (session !== undefined) signIn.end(session)
    return reply.clearCookie(COOKIE, { path: '/' }).send({ signedIn: false })
  })
}

function registerGateways(app: FastifyInstance, { node, gateways }: ControlServerOptions): void {
  app.get('/api/v1/gateway/bundle', async (request, reply) => {
    const bearer = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
    if (bearer === undefined || !sameSecret(bearer, node.gatewayToken))
      return sendProblem(reply, 401, { code: 'http/unauthenticated', message: 'only gateways fetch bundles' })
    const query = request.query as { environment?: string; gateway?: string; revision?: string; waitMs?: string }
    const environment = /^[a-z][a-z0-9-]{0,62}$/.test(query.environment ?? '') ? (query.environment ?? '') : 'local'
    const have = Number(query.revision ?? -1)
    if (/^[A-Za-z0-9-]{1,64}$/.test(query.gateway ?? '')) gateways.heard(query.gateway ?? '', have)
    if (have === gateways.revision) {
      const gone = new AbortController()
      request.raw.on('close', () => gone.abort())
      await gateways.change(Math.min(WAIT_MS_MAX, Math.max(0, Number(query.waitMs) || 0)), gone.signal)
    }
    if (have === gateways.revision) return reply.status(304).send()
    const { revision } = gateways
    return reply
      .header('gatehouse-revision', String(revision))
      .send(await buildBundle(node, node.bundleKeys, environment, revision))
  })
}
