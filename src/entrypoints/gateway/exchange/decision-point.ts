import { completionPorts, oweOutcome, settle } from './settle.ts'
import { conversationOf } from './judged-request.ts'
import { intentRecord, type ModelExchange } from './exchange-records.ts'
import { denialError, refusal, sendError, type GatewayError } from './replies.ts'
import { mayBeMissing } from './may-be-missing.ts'
import { readQuestion, subjectOf } from './serve-model.ts'
import { outputOptions } from '../../../application/gateway/decide-completion.ts'
import { contextOfCall } from '../../../application/gateway/context-of-call.ts'
import {
  haltedBy,
  type Denial,
  type PlacedFinding,
  type RequestContext,
} from '../../../application/gateway/decide-request.ts'
import { reportsOn } from '../../../application/gateway/with-detectors.ts'
import type { ModelMessage } from '../../../application/gateway/model-request.ts'
import { isJsonObject, type JsonObject } from '../../../base/json.ts'
import {
  parseCallQuestion,
  parseGuardQuestion,
  type CallQuestion,
  type GuardQuestion,
} from '../../../contract/http/decision-point.ts'
import { errorBody } from '../../../contract/openai/error-body.ts'
import type { ClientCodec } from '../../../contract/wire/client-codec.ts'
import { guardDocument } from '../../../domain/guardrail/guard-document.ts'
import { guardText, type GuardJudgement } from '../../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../../domain/guardrail/raise-judgement.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import { decideCallWithPeople, type CallDecision } from '../approval/decide-call-with-people.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { rolloutKey } from '../rollouts.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { carriedBody } from './carried-body.ts'

const ERRORS: Pick<ClientCodec, 'errorBody'> = {
  errorBody: ({ code, message, param, approval }) => errorBody(code, message, param, approval),
}

interface Answer {
  readonly body: JsonObject
  readonly context: RequestContext | undefined
  readonly action: Obligation
  readonly findings: readonly PlacedFinding[]
  readonly denial: Denial | undefined
  readonly approval?: string | undefined
  readonly tools?: NonNullable<Parameters<typeof settle>[2]['completion']>['tools']
  /** The answer once what it allows is spent; asked for when the decision is on record. */
  readonly spend?: () => Promise<Answer>
}

interface Question {
  readonly ports: GatewayPorts
  readonly caller: Caller
  readonly http: HttpExchange
  readonly subject: Subject | undefined
  readonly startMs: number
}

/** `POST /v1/guard`: what the release's guard says about texts, for callers in any language. The caller enforces it. */
export async function serveGuard(ports: GatewayPorts, caller: Caller, http: HttpExchange): Promise<void> {
  const asked = await begin(ports, caller, http)
  if ('status' in asked) return sendError(http.response, ERRORS, asked, http.id)
  const parsed = parseGuardQuestion(asked.body)
  if (!parsed.ok)
    return sendError(
      http.response,
      ERRORS,
      refusal(400, parsed.failure.code, parsed.failure.message, parsed.failure.param),
      http.id,
    )
  const { texts, isList } = parsed.value
  const context = contextFor(asked, [])
  if ('code' in context) return answer(asked, 'pdp/guard', [], haltedAnswer(context))
  const judgements = await judgedTexts(ports, context, parsed.value)
  const halted = haltedBy(context, ports.admission.denyStateOf(caller.admitted.system))
  if (halted !== undefined) return answer(asked, 'pdp/guard', [], haltedAnswer(halted))
  let action: Obligation = 'allow'
  const findings: PlacedFinding[] = []
  const results = judgements.map(({ id, judged }, index) => {
    action = heavier(action, judged.action)
    for (const finding of judged.findings) findings.push({ ...finding, where: String(index) })
    const isWithheld = judged.action === 'block' || judged.action === 'require-approval'
    return {
      ...(isList ? { id } : {}),
      action: judged.action,
      score: judged.score,
      findings: judged.findings.map(({ detector, category, start, end, score }) => ({
        detector,
        category,
        start,
        end,
        score,
      })),
      // A text that is stopped has no form in which it may go on.
      text: isWithheld ? null : judged.text,
    }
  })
  const messages: readonly ModelMessage[] = texts.map(({ text }) => ({ role: 'user', parts: [{ kind: 'text', text }] }))
  const body = isList ? { action, results } : { ...results[0] }
  return answer(asked, 'pdp/guard', messages, { body, context, action, findings, denial: undefined })
}

/** What guard and detectors say; these are asked about nothing that the guard stops. */
async function judgedTexts(
  ports: GatewayPorts,
  context: RequestContext,
  { texts, direction }: GuardQuestion,
): Promise<readonly { readonly id: string; readonly judged: GuardJudgement }[]> {
  const policy = context.release.guard[direction]
  const options =
    direction === 'output'
      ? outputOptions(context, completionPorts(ports, context))
      : {
          classify: ports.classify,
          pseudonym: (category: string, value: string) => ports.pseudonyms.pseudonym(context.subject, category, value),
        }
  const own = texts.map(({ id, text }, index) => {
    const judged = (direction === 'document' ? guardDocument : guardText)(text, policy, options)
    return { id, raw: text, judged, where: String(index) }
  })
  const { runDetectors } = ports.guardOf(context.release)
  if (runDetectors === undefined) return own
  const parts = own.flatMap(({ where, judged: { action, text } }) =>
    action === 'block' ? [] : [{ where, side: direction, text }],
  )
  // Detectors have a deadline each; that the caller may leave ends nothing early here.
  const reports = await reportsOn(parts, runDetectors, new AbortController().signal)
  return own.map(({ id, raw, judged, where }) => ({
    id,
    judged: raiseJudgement(judged, raw, reports.get(where) ?? []),
  }))
}

/** `POST /v1/authorize`: whether a tool may be called like this, by the manifest's rules. The caller enforces it. */
export async function serveAuthorize(ports: GatewayPorts, caller: Caller, http: HttpExchange): Promise<void> {
  const asked = await begin(ports, caller, http)
  if ('status' in asked) return sendError(http.response, ERRORS, asked, http.id)
  const parsed = parseCallQuestion(asked.body)
  if (!parsed.ok)
    return sendError(
      http.response,
      ERRORS,
      refusal(400, parsed.failure.code, parsed.failure.message, parsed.failure.param),
      http.id,
    )
  const { messages } = parsed.value
  return answer(asked, 'pdp/authorize', messages, await authorized(asked, parsed.value))
}

/**
 * `/v1/ext-authz`, any method: external authorisation of Envoy, Kong and their like. 200 lets the proxied request pass,
 * anything else does not. SECURITY: the proxy sets `gatehouse-tool`, and takes it off what clients send.
 */
export async function serveExternalAuthorization(
  ports: GatewayPorts,
  caller: Caller,
  http: HttpExchange,
): Promise<void> {
  const named = http.request.headers['gatehouse-tool']
  const tool = typeof named === 'string' ? named : ''
  const asked = await (tool === '' ? beginWith(ports, caller, http, {}) : beginDoor(ports, caller, http))
  if ('status' in asked) return sendError(http.response, ERRORS, asked, http.id)
  const call = { id: '', name: tool, arguments: JSON.stringify(asked.body) }
  return answer(
    asked,
    'pdp/ext-authz',
    [],
    tool === '' ? admitted(asked) : await authorized(asked, { call, messages: [], agent: undefined }),
    true,
  )
}

/** A question whose body is the arguments of a tool. SECURITY: what was not sent along, or in part, was not judged. */
async function beginDoor(ports: GatewayPorts, caller: Caller, http: HttpExchange): ReturnType<typeof begin> {
  switch (carriedBody(http.request)) {
    case 'part':
      return refusal(413, 'request_too_large', 'the proxy sent a part of the body only')
    case 'missing':
      return refusal(
        400,
        'invalid_request',
        'the proxy sent no body along: a tool cannot be judged without its arguments',
      )
    case 'none':
      return beginWith(ports, caller, http, {})
    case 'whole': {
      const asked = await begin(ports, caller, http)
      if ('status' in asked || isJsonObject(asked.body)) return asked
      return refusal(400, 'invalid_request', 'the arguments of a tool are a JSON object')
    }
  }
}

async function begin(
  ports: GatewayPorts,
  caller: Caller,
  http: HttpExchange,
): Promise<(Question & { readonly body: unknown }) | GatewayError> {
  const body = await readQuestion(http)
  return body.ok ? beginWith(ports, caller, http, body.value) : body.failure
}

// oxlint-disable-next-line max-params -- who asks, over what, and what is asked
async function beginWith(
  ports: GatewayPorts,
  caller: Caller,
  http: HttpExchange,
  body: unknown,
): Promise<(Question & { readonly body: unknown }) | GatewayError> {
  const startMs = ports.monotonicMs()
  const subject = await subjectOf(caller, http)
  if (!subject.ok) return subject.failure
  const { admitted } = ports.rollouts.sideOf(caller.admitted, rolloutKey(subject.value, http.id), ports.clock())
  return { ports, caller: { ...caller, admitted }, http, subject: subject.value, startMs, body }
}

function contextFor(
  { ports, caller, subject }: Question,
  messages: readonly ModelMessage[],
  call?: CallQuestion['call'],
): RequestContext | Denial {
  const context = contextOfCall(
    { subject, credential: caller.keyId, messages: conversationOf(ports, caller, subject, messages), call },
    caller.admitted,
    {
      sessions: ports.sessions,
      now: ports.clock(),
      deny: () => ports.admission.denyStateOf(caller.admitted.system),
      guardOf: (release) => ports.guardOf(release),
    },
  )
  return context.ok ? context.value : context.failure
}

function haltedAnswer(denial: Denial): Answer {
  return { body: decisionBody(denial, undefined), context: undefined, action: 'block', findings: [], denial }
}

function admitted(asked: Question): Answer {
  const context = contextFor(asked, [])
  if ('code' in context) return haltedAnswer(context)
  return { body: decisionBody(undefined, undefined), context, action: 'allow', findings: [], denial: undefined }
}

async function authorized(asked: Question, { call, messages, agent }: CallQuestion): Promise<Answer> {
  const found = contextFor(asked, messages, call)
  if ('code' in found) return haltedAnswer(found)
  const context = { ...found, agent }
  const { ports, http } = asked
  const ticket = http.request.headers['gatehouse-approval']
  const judged = await decideCallWithPeople(ports, context, call, {
    ...completionPorts(ports, context),
    ticket: typeof ticket === 'string' ? ticket : undefined,
    request: http.id,
  })
  const own = decided(context, call, judged)
  return { ...own, spend: async () => decided(context, call, await judged.spend()) }
}

function decided(context: RequestContext, call: CallQuestion['call'], decision: CallDecision): Answer {
  const { action, findings, tools, denial, approval, call: own } = decision
  const isOther = denial === undefined && own.arguments !== call.arguments
  const body = {
    ...decisionBody(denial, tools[0]),
    ...(approval === undefined ? {} : { approval }),
    ...(isOther ? { arguments: JSON.parse(own.arguments) as JsonObject } : {}),
  }
  return { body, context, action, findings, denial, approval, tools }
}

function decisionBody(denial: Denial | undefined, tool: NonNullable<Answer['tools']>[number] | undefined): JsonObject {
  if (denial === undefined)
    return { decision: 'allow', rule: tool?.rule ?? 'admission', reason: tool?.reason ?? 'the release is approved' }
  return {
    decision: denial.code === 'approval_required' ? 'require-approval' : 'block',
    rule: denial.rule,
    reason: denial.message,
    code: denial.code,
  }
}

/** Both records of a question, then its answer. As a door (`isDoor`) a denial is a status, not a document. */
// oxlint-disable-next-line max-params -- a question, its name, its texts and its answer
async function answer(
  { ports, caller, http, subject, startMs }: Question,
  operation: string,
  messages: readonly ModelMessage[],
  first: Answer,
  isDoor = false,
): Promise<void> {
  const exchange: ModelExchange = {
    id: http.id,
    caller,
    subject,
    startMs,
    startedAt: ports.clock(),
    marks: {},
    request: {
      protocol: 'openai-chat',
      model: operation,
      messages,
      tools: [],
      choices: 1,
      isStream: false,
      includeUsage: false,
      settings: {},
      extra: {},
    },
  }
  const releaseDigest = first.context?.release.digest ?? null
  const intent = await ports.sink.intent(
    intentRecord(ports, exchange, { releaseDigest, action: first.action, score: 0, findings: first.findings }),
    mayBeMissing(exchange, releaseDigest),
  )
  if (intent.kept) oweOutcome(ports, exchange, http, { guardMs: 0, releaseDigest, enforcedAt: 'sdk' })
  const last = intent.kept && first.spend !== undefined ? await first.spend() : first
  const { body, action, denial, approval, tools = [] } = last
  const kept =
    intent.kept &&
    (await settle(ports, exchange, {
      outcome: denial === undefined ? 'completed' : 'denied',
      code: denial?.code ?? null,
      rule: denial?.rule ?? null,
      action,
      guardMs: ports.monotonicMs() - startMs,
      releaseDigest,
      completion: { findings: [], tools },
      enforcedAt: 'sdk',
    }))
  if (!kept)
    return sendError(
      http.response,
      ERRORS,
      refusal(503, 'audit_unavailable', 'the decision cannot be recorded'),
      http.id,
    )
  if (isDoor) {
    http.response.setHeader('gatehouse-decision', denial === undefined ? 'allow' : 'deny')
    if (denial !== undefined)
      return sendError(http.response, ERRORS, { ...denialError(denial, http.id), status: 403, approval }, http.id)
  }
  sendJson(http.response, 200, body)
}
