import { carriedTexts, opaqueKinds } from '../../../application/gateway/carried-texts.ts'
import type { Denial, RequestDecision } from '../../../application/gateway/decide-request.ts'
import { decideRequestWithDetectors } from '../../../application/gateway/with-detectors.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import { finishedAnswer } from '../../../application/gateway/unfinished-calls.ts'
import { askModel, type UpstreamFailure, type UpstreamReply } from '../../../adapters/providers/ask-model.ts'
import { repeatsName } from '../../../base/repeated-name.ts'
import { parseJson } from '../../../base/json.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { AnswerFrame, ClientCodec, StreamEncoder } from '../../../contract/wire/client-codec.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import { replayAnswer } from '../approval/replay-answer.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { BODY_BYTES_MAX, readBody, sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { answerOnce, type InputSummary } from './answer-once.ts'
import { streamAnswer, type OpenStream } from './answer-stream.ts'
import { openTargets, type DeniedByModel } from './open-targets.ts'
import { unroutable } from './unroutable.ts'
import { withModelPolicy } from './model-policy.ts'
import { withinLimits } from './within-limits.ts'
import { intentRecord, type ModelExchange } from './exchange-records.ts'
import { conversationOf, judgedRequest, liveRequestOf } from './judged-request.ts'
import { withOwnReasoning } from './reasoning-marks.ts'
import { renderRequest } from './render-request.ts'
import { sentTexts } from './sent-texts.ts'
import { comparedAnswer, sendShadow } from './shadow.ts'
import { mayBeMissing } from './may-be-missing.ts'
import { judgedUpstreamError } from './provider-words.ts'
import { disclosing, languagesOf, sendRefusal, type Refused } from './user-notice.ts'
import { denialError, isRequestAtFault, refusal, sendError, wireError, type GatewayError } from './replies.ts'
import { canariesOf, oweOutcome, settle } from './settle.ts'
import { SseResponse } from './sse-response.ts'

/**
 * One call of a model, in whatever protocol the client speaks. The intent is on disk before the provider is called, the
 * outcome before the last byte leaves.
 */
export async function serveModel(
  ports: GatewayPorts,
  asking: Caller,
  codec: ClientCodec,
  http: HttpExchange,
): Promise<void> {
  const startMs = ports.monotonicMs()
  const body = await readJson(http)
  if (!body.ok) return sendError(http.response, codec, body.failure, http.id)
  const subject = await subjectOf(asking, http)
  if (!subject.ok) return sendError(http.response, codec, subject.failure, http.id)
  const rendered = renderRequest(ports, asking, codec, { body: body.value, subject: subject.value, id: http.id })
  if (!rendered.ok) return sendError(http.response, codec, rendered.failure, http.id)
  const { caller, arm } = rendered.value
  const parsed = codec.parse(rendered.value.body)
  if (!parsed.ok) {
    const { status, code, message, param } = parsed.failure
    return sendError(http.response, codec, refusal(status, code, message, param), http.id)
  }
  const exchange: ModelExchange = {
    id: http.id,
    caller,
    request: withOwnReasoning(ports, { caller, subject: subject.value }, parsed.value),
    subject: subject.value,
    startMs,
    startedAt: ports.clock(),
    languages: languagesOf(subject.value, http),
    arm,
    marks: {},
  }
  const failure = await judgeAndForward(ports, exchange, codec, http)
  if (failure !== undefined) sendRefusal(exchange, codec, http.response, failure)
}

/** One for all: an exception of its own for each client that leaves costs more than it tells. */
const CLIENT_GONE = new Error('the client is gone')

export async function readJson({ request }: HttpExchange): Promise<Result<unknown, GatewayError>> {
  const body = textWithin(await readBody(request))
  return body.ok ? jsonOf(body.value) : body
}

/**
 * A body that is decided on here and acted on elsewhere. SECURITY: which of two members of one name counts is each reader's own
 * choice, so what was judged need not be what is done: such a body is no question.
 */
export async function readQuestion({ request }: HttpExchange): Promise<Result<unknown, GatewayError>> {
  const body = textWithin(await readBody(request))
  if (!body.ok) return body
  const json = jsonOf(body.value)
  return json.ok && repeatsName(body.value)
    ? fail(refusal(400, 'invalid_request', 'the body names a member twice: its readers may differ on which one counts'))
    : json
}

function textWithin(body: string | undefined): Result<string, GatewayError> {
  return body === undefined
    ? fail(refusal(413, 'request_too_large', `the body is larger than ${BODY_BYTES_MAX} bytes`))
    : ok(body)
}

function jsonOf(body: string): Result<unknown, GatewayError> {
  const json = parseJson(body, BODY_BYTES_MAX)
  return json.ok ? json : fail(refusal(400, 'invalid_request', 'the body is no JSON'))
}

/** At hand where there is no token to verify. */
export function subjectOf(
  caller: Caller,
  { request }: HttpExchange,
): Result<Subject | undefined, GatewayError> | Promise<Result<Subject | undefined, GatewayError>> {
  const token = request.headers['gatehouse-subject']
  if (caller.subject !== undefined)
    // Two words on who the end user is are one too many.
    return token === undefined
      ? ok(caller.subject)
      : fail(refusal(403, 'invalid_subject', 'the token says who the end user is: leave `Gatehouse-Subject` out'))
  return typeof token === 'string' ? verifiedSubject(caller, token) : ok(undefined)
}

async function verifiedSubject(caller: Caller, token: string): Promise<Result<Subject | undefined, GatewayError>> {
  const subject = await caller.verifySubject(token)
  return subject === undefined
    ? fail(refusal(403, 'invalid_subject', 'the `Gatehouse-Subject` token is not valid for this system'))
    : ok(subject)
}

async function judgeAndForward(
  ports: GatewayPorts,
  exchange: ModelExchange,
  codec: ClientCodec,
  http: HttpExchange,
): Promise<Refused | undefined> {
  const carried = carriedTexts(exchange.request)
  if (!carried.ok) return { error: refusal(400, 'unsupported_content', carried.failure, 'messages') }
  const { caller, subject, request } = exchange
  const gone = new AbortController()
  http.response.on('close', () => {
    // Every answer closes; only one that was not whole by then was left.
    if (!http.response.writableFinished) gone.abort(CLIENT_GONE)
  })
  const judged = await decideRequestWithDetectors(
    {
      live: liveRequestOf(request),
      messages: conversationOf(ports, caller, subject, request.messages),
      subject,
      credential: caller.keyId,
      carried: carried.value,
      opaque: opaqueKinds(request),
    },
    caller.admitted,
    {
      sessions: ports.sessions,
      now: ports.clock(),
      deny: () => ports.admission.denyStateOf(caller.admitted.system),
      pseudonyms: ports.pseudonyms,
      classify: ports.classify,
      clean: ports.clean,
      canariesOf: canariesOf(ports),
    },
    { guard: ({ release }) => ports.guardOf(release), signal: gone.signal },
  )
  const decision = withModelPolicy(ports, exchange, judged)
  const guardMs = ports.monotonicMs() - exchange.startMs
  ports.telemetry.findings(caller.admitted.system, decision.findings)
  const kept = await ports.sink.intent(
    intentRecord(ports, exchange, decision),
    mayBeMissing(exchange, decision.releaseDigest),
  )
  if (!kept.kept)
    return { error: refusal(503, 'audit_unavailable', 'the decision cannot be recorded, so the request is not served') }
  const { releaseDigest } = decision
  oweOutcome(ports, exchange, http, { guardMs, releaseDigest })
  if (decision.kind === 'deny')
    return { error: await denied(ports, exchange, decision.denial, { guardMs, releaseDigest }), releaseDigest }
  const limited = await withinLimits(
    ports,
    exchange,
    { context: decision.context, texts: () => sentTexts(exchange.request, decision) },
    guardMs,
  )
  if (!limited.ok) return { error: limited.failure, releaseDigest }
  oweOutcome(ports, limited.value, http, { guardMs, releaseDigest })
  const input = { action: decision.action, guardMs }
  const ticket = http.request.headers['gatehouse-approval']
  const error = await (typeof ticket === 'string'
    ? replayAnswer(ports, limited.value, decision, { ticket, codec, http, input, signal: gone.signal })
    : forward(ports, limited.value, decision, { codec, http, input, signal: gone.signal }))
  return error === undefined ? undefined : { error, releaseDigest }
}

interface ForwardParts {
  readonly codec: ClientCodec
  readonly http: HttpExchange
  readonly input: InputSummary
  readonly signal: AbortSignal
}

async function forward(
  ports: GatewayPorts,
  exchange: ModelExchange,
  decision: Extract<RequestDecision, { kind: 'forward' }>,
  { codec, http, input, signal }: ForwardParts,
): Promise<GatewayError | undefined> {
  const { response } = http
  const request = judgedRequest(exchange.request, decision)
  const context = disclosing(exchange, decision.context, response)
  const frame: AnswerFrame = { requestId: exchange.id, request, createdAt: Math.floor(exchange.startedAt / 1_000) }
  const open = request.isStream ? openStream(ports, response, codec.encoder(frame)) : undefined
  try {
    const reply = await ask(ports, exchange, decision, { request, signal })
    let error: GatewayError | undefined
    if (reply.kind === 'denied') {
      const { guardMs } = input
      error = await denied(ports, exchange, reply.denial, { guardMs, releaseDigest: context.release.digest })
    } else if (reply.kind === 'answer') {
      const { target } = reply
      const answer = finishedAnswer(reply.answer)
      const own = { ...context, answeredBy: target.model }
      const outcome = await answerOnce(ports, exchange, own, { answer, asked: target.model, input, signal })
      if (outcome.kind === 'answer') {
        sendJson(response, 200, codec.answerBody(outcome.answer, frame))
        sendShadow(
          ports,
          exchange,
          { context, request },
          comparedAnswer(answer.choices, outcome.answer.choices[0]?.text ?? ''),
        )
        return undefined
      }
      error = outcome.error
    } else if (reply.kind === 'stream') {
      if (open === undefined) throw new Error('the provider streams what nobody asked to be streamed')
      const { stream, target } = reply
      const own = { ...context, answeredBy: target.model }
      error = await streamAnswer(ports, exchange, own, {
        stream,
        asked: target.model,
        sse: open.sse,
        encoder: open.encoder,
        signal,
        input,
        onAnswered: (answered) => sendShadow(ports, exchange, { context, request }, answered),
      })
    } else error = await failed(ports, exchange, reply, { input, isGone: signal.aborted, decision })
    if (error === undefined || open === undefined || !open.sse.isOpen) return error
    // The stream is open: an error travels as an event that clients raise, never as a clean end.
    open.sse.end(open.encoder.error(wireError(error, exchange.id)))
    return undefined
  } finally {
    open?.sse.close()
  }
}

function openStream(
  { monotonicMs }: GatewayPorts,
  response: HttpExchange['response'],
  encoder: StreamEncoder,
): Pick<OpenStream, 'sse' | 'encoder'> {
  return { sse: new SseResponse(response, monotonicMs, encoder.ping()), encoder }
}

/** The model's answer, from the first place that may have the request and gives one. */
// oxlint-disable-next-line max-params -- a request, what was decided about it, and how it is sent
async function ask(
  ports: GatewayPorts,
  { marks }: ModelExchange,
  { context }: Extract<RequestDecision, { kind: 'forward' }>,
  { request, signal }: { readonly request: ModelRequest; readonly signal: AbortSignal },
): Promise<UpstreamReply | DeniedByModel> {
  const plan = ports.planRoute(context, request.model)
  marks.isUnspent = true
  if (!plan.ok) return unroutable(plan.reason)
  const open = openTargets(ports, context, { request, targets: plan.targets })
  if (!open.ok) return { kind: 'denied', denial: open.failure }
  const { targets, transport, denialNow } = open.value
  const startMs = ports.monotonicMs()
  marks.isUnspent = false
  const reply = await askModel(transport, request, targets, signal)
  marks.upstreamMs = ports.monotonicMs() - startMs
  if (reply.kind === 'answer' || reply.kind === 'stream') {
    marks.upstream = reply.target.upstream
    marks.answeredBy = reply.target.model
    return reply
  }
  // Of a request that its client left nobody knows whether it was worked on.
  marks.isUnspent = reply.hasBegun !== true && !signal.aborted
  const denial = denialNow()
  return denial === undefined ? reply : { kind: 'denied', denial }
}

async function denied(
  ports: GatewayPorts,
  exchange: ModelExchange,
  denial: Denial,
  parts: { readonly guardMs: number; readonly releaseDigest: string | null },
): Promise<GatewayError> {
  const kept = await settle(ports, exchange, {
    outcome: 'denied',
    code: denial.code,
    rule: denial.rule,
    action: denial.code === 'approval_required' ? 'require-approval' : 'block',
    ...parts,
  })
  if (!kept) return refusal(503, 'audit_unavailable', 'the decision cannot be recorded')
  return denialError(denial, exchange.id)
}

async function failed(
  ports: GatewayPorts,
  exchange: ModelExchange,
  failure: UpstreamFailure,
  {
    input,
    isGone,
    decision,
  }: {
    readonly input: InputSummary
    readonly isGone: boolean
    readonly decision: Extract<RequestDecision, { kind: 'forward' }>
  },
): Promise<GatewayError> {
  const error = judgedUpstreamError(ports, decision.context, failure)
  await settle(ports, exchange, {
    outcome: isGone ? 'client-gone' : 'upstream-failed',
    code: error.code,
    rule: null,
    action: 'allow',
    guardMs: input.guardMs,
    releaseDigest: decision.context.release.digest,
    isRequestAtFault: isRequestAtFault(failure),
  })
  return error
}
