import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BODY_BYTES_USUAL, type Operation } from '../../contract/http/operation.ts'
import { OPERATIONS, type OperationName } from '../../contract/http/operations.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { GatewayRegister } from '../node/gateway-register.ts'
import { etagOf, namedRecord } from '../node/call-limits.ts'
import { runOperation } from '../node/run-operation.ts'
import { authenticate, type Credentials } from './authenticate.ts'
import { isVersionIn } from './entity-tag.ts'
import type { EventStreams } from './event-stream.ts'
import type { RepeatableCalls } from './idempotency.ts'
import type { KnownCallers } from './known-callers.ts'
import { sendProblem } from './send-problem.ts'

export interface OperationRoutes extends Credentials {
  readonly gateways: GatewayRegister
  readonly streams: EventStreams
  readonly callers: KnownCallers
  readonly repeats: RepeatableCalls
}

/** One route for each operation of the table. */
export function registerOperations(app: FastifyInstance, options: OperationRoutes): void {
  for (const [name, operation] of Object.entries<Operation>(OPERATIONS))
    app.route({
      method: operation.method,
      url: `/api/v1${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      bodyLimit: operation.bodyBytesMax ?? BODY_BYTES_USUAL,
      ...(operation.perMinute === undefined
        ? {}
        : {
            config: { rateLimit: { max: operation.perMinute, timeWindow: '1 minute' } },
            // HEAD would be a route of its own, and counted apart; and who asks for no body asks for no trace of it.
            exposeHeadRoute: false,
          }),
      handler: (request, reply) => answer(name as OperationName, options, request, reply),
    })
}

// oxlint-disable-next-line max-params -- name, server, request and reply are four separate things
async function answer(
  name: OperationName,
  options: OperationRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const operation: Operation = OPERATIONS[name]
  const { method } = operation
  const principal = await authenticate(request, reply, options)
  options.callers.heard(request, principal !== undefined)
  if (principal === undefined)
    return sendProblem(reply, {
      code: 'http/unauthenticated',
      message: 'sign in first',
      next: 'open the login link that `gatehouse console` prints, or send an API key',
    })
  if (method === 'POST' && request.body !== undefined && !isJsonObject(request.body))
    return sendProblem(reply, {
      code: 'http/bad-request',
      message: 'the body is not a JSON object',
      next: 'see /api/v1/openapi.json',
    })
  const fields = method === 'GET' ? (request.query as object) : ((request.body ?? {}) as object)
  const input = { ...fields, ...(request.params as object) }
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers
  const context = { node: options.node, gateways: options.gateways, ifMatch }
  // Read before the answer: a version that is older than it holds a change up, a newer one would let it overwrite.
  const stored =
    operation.showsRecordNow === true
      ? await namedRecord(options.node.store, operation, input as JsonObject)
      : undefined
  const run = (): ReturnType<typeof runOperation> => runOperation(name, context, principal, input)
  const key = method === 'POST' ? request.headers['idempotency-key'] : undefined
  const result = key === undefined ? await run() : await options.repeats.answer(principal, { name, key, input }, run)
  if (!result.ok) return sendProblem(reply, result.failure)
  // Who may ask for a page of events may have them as they come. HEAD comes here too, and has no body to write them to.
  if (name === 'listEvents' && request.method === 'GET' && wantsStream(request)) {
    const { after } = input as { readonly after?: string }
    return options.streams.start(request, reply, principal, after === undefined ? undefined : Number(after))
  }
  if (method !== 'GET') return reply.send(result.value)
  const ofAnswer = etagOf(options.node.sha256, result.value)
  const etag = stored === undefined ? ofAnswer : etagOf(options.node.sha256, stored.document)
  // Answers are of one caller and of now; a cache may keep them only to ask again.
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  // What time has changed has changed for who kept it, though its version is the same.
  if (etag === ofAnswer && isVersionIn(ifNoneMatch, etag)) return reply.status(304).send()
  return reply.send(result.value)
}

function wantsStream({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.trim().split(';')[0] === 'text/event-stream')
}
