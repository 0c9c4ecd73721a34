import { textsOfSettings } from '../../../application/gateway/carried-texts.ts'
import { haltedBy, type Denial, type RequestDecision } from '../../../application/gateway/decide-request.ts'
import { decideEmbeddingsWithDetectors } from '../../../application/gateway/with-detectors.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import { askEmbeddings, type EmbeddingsReply } from '../../../adapters/providers/ask-embeddings.ts'
import type { ClientCodec } from '../../../contract/wire/client-codec.ts'
import { errorBody } from '../../../contract/openai/error-body.ts'
import {
  embeddingsAnswerBody,
  parseEmbeddingsRequest,
  type EmbeddingsRequest,
} from '../../../contract/openai/embeddings.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { rolloutKey } from '../rollouts.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { safeHead } from './answer-head.ts'
import { driftDenial } from './drift-denial.ts'
import { withinLimits } from './within-limits.ts'
import { openTargets, type DeniedByModel } from './open-targets.ts'
import { unroutable } from './unroutable.ts'
import { withModelPolicy } from './model-policy.ts'
import { intentRecord, type ModelExchange } from './exchange-records.ts'
import { denialError, isRequestAtFault, refusal, sendError, type GatewayError } from './replies.ts'
import { readJson, subjectOf } from './serve-model.ts'
import { judgedUpstreamError } from './provider-words.ts'
import { mayBeMissing } from './may-be-missing.ts'
import { oweOutcome, settle } from './settle.ts'

const ERRORS: Pick<ClientCodec, 'errorBody'> = {
  errorBody: ({ code, message, param }) => errorBody(code, message, param),
}

/** `POST /v1/embeddings`: texts are judged like documents before a provider reads them. */
export async function serveEmbeddings(ports: GatewayPorts, caller: Caller, http: HttpExchange): Promise<void> {
  const error = await embed(ports, caller, http)
  if (error !== undefined) sendError(http.response, ERRORS, error, http.id)
}

async function embed(ports: GatewayPorts, asking: Caller, http: HttpExchange): Promise<GatewayError | undefined> {
  const startMs = ports.monotonicMs()
  const body = await readJson(http)
  if (!body.ok) return body.failure
  const parsed = parseEmbeddingsRequest(body.value)
  if (!parsed.ok)
    return refusal(parsed.failure.status, parsed.failure.code, parsed.failure.message, parsed.failure.param)
  const subject = await subjectOf(asking, http)
  if (!subject.ok) return subject.failure
  const { admitted, arm } = ports.rollouts.sideOf(asking.admitted, rolloutKey(subject.value, http.id), ports.clock())
  const caller = { ...asking, admitted }
  const settings = textsOfSettings(parsed.value.extra)
  if (!settings.ok) return refusal(400, 'invalid_request', settings.failure)
  const exchange: ModelExchange = {
    id: http.id,
    caller,
    request: asRequest(parsed.value),
    subject: subject.value,
    startMs,
    startedAt: ports.clock(),
    arm,
    marks: {},
  }
  const gone = new AbortController()
  http.response.on('close', () => gone.abort())
  const judged = await decideEmbeddingsWithDetectors(
    { ...parsed.value, subject: subject.value },
    caller.admitted,
    {
      carried: settings.value,
      sessions: ports.sessions,
      now: ports.clock(),
      deny: () => ports.admission.denyStateOf(caller.admitted.system),
      pseudonyms: ports.pseudonyms,
      classify: ports.classify,
    },
    { guard: ({ release }) => ports.guardOf(release), signal: gone.signal },
  )
  const decision = withModelPolicy(ports, exchange, judged, 'embedding')
  const guardMs = ports.monotonicMs() - startMs
  const kept = await ports.sink.intent(
    intentRecord(ports, exchange, decision),
    mayBeMissing(exchange, decision.releaseDigest),
  )
  if (!kept.kept)
    return refusal(503, 'audit_unavailable', 'the decision cannot be recorded, so the request is not served')
  oweOutcome(ports, exchange, http, { guardMs, releaseDigest: decision.releaseDigest })
  return finish(ports, exchange, { decision, request: parsed.value, guardMs, http, signal: gone.signal })
}

interface Judged {
  readonly decision: RequestDecision
  readonly request: EmbeddingsRequest
  readonly guardMs: number
  readonly http: HttpExchange
  /** Ends with the client. */
  readonly signal: AbortSignal
}

async function finish(
  ports: GatewayPorts,
  exchange: ModelExchange,
  { decision, ...judged }: Judged,
): Promise<GatewayError | undefined> {
  const { releaseDigest } = decision
  const { guardMs, http } = judged
  const settled = settledAs(ports, exchange, { decision, guardMs, releaseDigest })
  if (decision.kind === 'deny') return denied(settled, decision.denial, exchange.id)
  const limited = await withinLimits(
    ports,
    exchange,
    { context: decision.context, texts: () => decision.texts },
    guardMs,
  )
  if (!limited.ok) return limited.failure
  oweOutcome(ports, limited.value, http, { guardMs, releaseDigest })
  return answerWithin(ports, limited.value, { ...judged, decision })
}

async function answerWithin(
  ports: GatewayPorts,
  exchange: ModelExchange,
  {
    decision,
    request,
    guardMs,
    http,
    signal,
  }: Judged & { readonly decision: Extract<RequestDecision, { readonly kind: 'forward' }> },
): Promise<GatewayError | undefined> {
  const { context, releaseDigest } = decision
  const settled = settledAs(ports, exchange, { decision, guardMs, releaseDigest })
  const reply = await ask(ports, exchange, decision, { request, signal })
  if (reply.kind === 'denied') return denied(settled, reply.denial, exchange.id)
  if (reply.kind !== 'answer') {
    const error = judgedUpstreamError(ports, context, reply)
    await settled({
      outcome: signal.aborted ? 'client-gone' : 'upstream-failed',
      code: error.code,
      isRequestAtFault: isRequestAtFault(reply),
    })
    return error
  }
  const { inputTokens, model } = reply.answer
  const names = { asked: reply.target.model, answered: model, now: ports.clock() }
  const denial =
    haltedBy(context, ports.admission.denyStateOf(context.admitted.system)) ??
    driftDenial(exchange, context, names)?.denial
  const kept = await settled({
    usage: inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0 },
    modelAnswered: model,
    ...(denial === undefined ? {} : { outcome: 'denied', code: denial.code, rule: denial.rule, action: 'block' }),
  })
  if (!kept) return refusal(503, 'audit_unavailable', 'the outcome cannot be recorded, so the answer is withheld')
  if (denial !== undefined) return denialError(denial, exchange.id)
  const head = safeHead(ports, context, exchange.id, { id: '', model, created: 0 })
  sendJson(http.response, 200, embeddingsAnswerBody(reply.answer, head.model))
  return undefined
}

/** The numbers, from the first place that may have the texts and gives any. */
// oxlint-disable-next-line max-params -- a request, what was decided about it, and how it is sent
async function ask(
  ports: GatewayPorts,
  exchange: ModelExchange,
  { context, texts }: Extract<RequestDecision, { readonly kind: 'forward' }>,
  { request, signal }: { readonly request: EmbeddingsRequest; readonly signal: AbortSignal },
): Promise<EmbeddingsReply | DeniedByModel> {
  const { marks } = exchange
  const plan = ports.planRoute(context, request.model, 'embedding')
  marks.isUnspent = true
  if (!plan.ok) return unroutable(plan.reason)
  const open = openTargets(ports, context, { request: exchange.request, targets: plan.targets, kind: 'embedding' })
  if (!open.ok) return { kind: 'denied', denial: open.failure }
  const { targets, transport, denialNow } = open.value
  marks.isUnspent = false
  const reply = await askEmbeddings(transport, request, { inputs: texts, targets, signal })
  if (reply.kind === 'answer') {
    marks.answeredBy = reply.target.model
    return reply
  }
  // Of a request that its client left nobody knows whether it was worked on.
  marks.isUnspent = reply.hasBegun !== true && !signal.aborted
  const denial = denialNow()
  return denial === undefined ? reply : { kind: 'denied', denial }
}

async function denied(settled: ReturnType<typeof settledAs>, denial: Denial, id: string): Promise<GatewayError> {
  const kept = await settled({ outcome: 'denied', code: denial.code, rule: denial.rule, action: 'block' })
  return kept ? denialError(denial, id) : refusal(503, 'audit_unavailable', 'the decision cannot be recorded')
}

function settledAs(
  ports: GatewayPorts,
  exchange: ModelExchange,
  {
    decision,
    guardMs,
    releaseDigest,
  }: Pick<Judged, 'decision' | 'guardMs'> & { readonly releaseDigest: string | null },
): (parts: Partial<Parameters<typeof settle>[2]>) => Promise<boolean> {
  return (parts) =>
    settle(ports, exchange, {
      outcome: 'completed',
      code: null,
      rule: null,
      action: decision.action,
      guardMs,
      releaseDigest,
      ...parts,
    })
}

/** As records hold it: each input is a message. */
function asRequest({ model, inputs }: EmbeddingsRequest): ModelRequest {
  return {
    protocol: 'openai-chat',
    model,
    messages: inputs.map((text) => ({ role: 'user', parts: [{ kind: 'text', text }] })),
    tools: [],
    choices: 1,
    isStream: false,
    includeUsage: false,
    // What comes back is no text, and no token of an answer.
    settings: { maxTokens: 0 },
    extra: {},
  }
}
