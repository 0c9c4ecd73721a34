import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { existsSync } from 'node:fs'
import { monotonicMs } from '../../adapters/clock/system-clock.ts'
import { isConnectionLost } from '../../adapters/storage/connection-lost.ts'
import { BUNDLE_LIFE_MS, buildBundle } from '../../application/admission/build-bundle.ts'
import { SharedBundles } from '../../application/admission/shared-bundles.ts'
import type { Problem } from '../../base/result.ts'
import { BODY_BYTES_USUAL } from '../../contract/http/operation.ts'
import { openApiDocument } from '../../contract/http/openapi.ts'
import type { Heard } from '../node/gateway-register.ts'
import { DATABASE_AWAY } from '../node/while-connected.ts'
import { bearerOf } from './authenticate.ts'
import { registerOidc, type OidcRoutes } from './oidc-routes.ts'
import { registerOperations, type OperationRoutes } from './operation-routes.ts'
import { sameSecret } from '../../adapters/crypto/same-secret.ts'
import { isVersionIn } from './entity-tag.ts'
import { RoutesByPath } from './routes-by-path.ts'
import { sendProblem } from './send-problem.ts'
import { registerSessions } from './session-routes.ts'

export interface ControlServerOptions extends OperationRoutes, OidcRoutes {
  /** Requests a minute that one caller may send. */
  readonly requestsPerMinute: number
  /** Built console, if it is there. */
  readonly consoleFolder: string
  /** Loopback names that requests may be addressed to: a page elsewhere cannot reach the API by rebinding a name. */
  readonly hosts: readonly string[]
}

const WAIT_MS_MAX = 25_000

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Headers of every answer. */
const FENCE = {
  'content-security-policy': CSP,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** The control plane's HTTP face: `/api/v1` from the table of operations, the gateways' bundle, and the console. */
export async function controlServer(options: ControlServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES_USUAL,
    logger: false,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 300 },
    // What the router refuses reaches no hook and no route: a path that is too long or cannot be decoded.
    frameworkErrors: (_error, _request, reply) => {
      void sendProblem(reply.headers(FENCE), { code: 'http/bad-request', message: 'the path cannot be read' })
    },
  })
  // JSON is the only body that an operation reads.
  app.removeContentTypeParser('text/plain')
  await app.register(cookie)
  await app.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: '1 minute',
    // A credential that holds is one caller, whatever address it comes from; all others are counted by address.
    keyGenerator: (request) => callerKey(options, request),
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(FENCE)
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    if (!options.hosts.includes(host))
      await sendProblem(reply, { code: 'http/host', message: 'this server does not answer to that name' })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) =>
    sendProblem(reply, problemOf(error)),
  )
  const routes = new RoutesByPath(app)
  registerOperations(app, options)
  registerSessions(app, options)
  registerOidc(app, options)
  registerGateways(app, options)
  app.get('/api/v1/openapi.json', async () => openApiDocument(options.node.version))
  app.get('/healthz', async () => ({ status: 'ok' }))
  const hasConsole = existsSync(options.consoleFolder)
  if (hasConsole) await app.register(fastifyStatic, { root: options.consoleFolder, prefix: '/', cacheControl: false })
  app.setNotFoundHandler(async ({ method, url }, reply) => {
    if (hasConsole && method === 'GET' && !url.startsWith('/api/')) return reply.sendFile('index.html')
    const methods = routes.methodsOf(url)
    if (methods.length === 0) return sendProblem(reply, { code: 'http/not-found', message: 'no such path' })
    const allow = methods.join(', ')
    return sendProblem(reply.header('allow', allow), {
      code: 'http/method',
      message: `${method} is no method of this path`,
      next: `use ${allow}`,
    })
  })
  return app
}

function callerKey({ node, ownerToken, callers }: ControlServerOptions, request: FastifyRequest): string {
  const bearer = bearerOf(request)
  if (bearer !== undefined && sameSecret(bearer, ownerToken)) return 'owner'
  if (bearer === undefined || !sameSecret(bearer, node.gatewayToken)) return callers.keyOf(request)
  // All gateways share one token: each is a caller of its own, and news are not held up by what records take.
  const name = request.headers['gatehouse-gateway']
  return `gateway ${request.method} ${typeof name === 'string' ? name.slice(0, GATEWAY_NAME_CHARS_MAX) : ''}`
}

/** Faults that the server itself finds before an operation is reached. */
function problemOf(error: Error & { statusCode?: number }): Problem {
  const { statusCode = 500, message } = error
  if (isConnectionLost(error)) return DATABASE_AWAY
  if (statusCode >= 500) return { code: 'http/internal', message: 'internal error' }
  const code = { 413: 'http/too-large', 415: 'http/content-type', 429: 'http/too-many' }[statusCode]
  return { code: code ?? 'http/bad-request', message }
}

const RENEW_MS = BUNDLE_LIFE_MS / 2
const PROBLEM_CHARS_MAX = 200
const GATEWAY_NAME_CHARS_MAX = 64

/** What a gateway says of itself; texts of it are for people to read and decide nothing. */
function heardOf(said: (name: string) => string | undefined, environment: string): Heard {
  const number = (text = ''): number => (/^\d{1,15}$/.test(text) ? Number(text) : -1)
  return {
    revision: number(said('revision')),
    version: number(said('version')),
    environment,
    problem: said('problem')?.slice(0, PROBLEM_CHARS_MAX).toWellFormed() ?? null,
  }
}

/** Fields of the query by name; one that comes twice is a list, and says nothing. */
function textsOf({ query }: FastifyRequest): (name: string) => string | undefined {
  const fields = query as Readonly<Record<string, unknown>>
  return (name) => {
    const value = fields[name]
    return typeof value === 'string' ? value : undefined
  }
}

function registerGateways(app: FastifyInstance, { node, gateways }: OperationRoutes): void {
  /** Revisions count from 0 in each process. */
  const boot = node.newId()
  const bundles = new SharedBundles(monotonicMs)
  app.get('/api/v1/gateway/bundle', async (request, reply) => {
    const bearer = bearerOf(request)
    if (bearer === undefined || !sameSecret(bearer, node.gatewayToken))
      return sendProblem(reply, { code: 'http/unauthenticated', message: 'only gateways fetch bundles' })
    const said = textsOf(request)
    const asked = said('environment') ?? ''
    const environment = /^[a-z][a-z0-9-]{0,62}$/.test(asked) ? asked : 'local'
    const known = request.headers['if-none-match']
    const name = said('gateway') ?? ''
    if (/^[A-Za-z0-9-]{1,64}$/.test(name)) gateways.heard(name, heardOf(said, environment))
    // A bundle has an end: one that is used up by half is given anew, though nothing has changed.
    const etag = (): string => `"${boot}-${environment}-${gateways.revision}-${Math.floor(node.clock() / RENEW_MS)}"`
    if (isVersionIn(known, etag())) {
      const gone = new AbortController()
      request.raw.on('close', () => gone.abort())
      await gateways.change(Math.min(WAIT_MS_MAX, Math.max(0, Number(said('waitMs')) || 0)), gone.signal)
    }
    if (isVersionIn(known, etag())) return reply.header('etag', etag()).status(304).send()
    const { revision } = gateways
    const now = etag()
    return reply
      .header('etag', now)
      .header('gatehouse-revision', String(revision))
      .send(await bundles.of(environment, now, () => buildBundle(node, node.bundleKeys, environment, revision)))
  })
}
