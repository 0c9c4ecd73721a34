import type { CompletionDecision, JudgedChoice } from '../../application/gateway/decide-completion.ts'
import {
  decideCompletionWithDetectors,
  decideRequestWithDetectors,
  type DetectorCall,
} from '../../application/gateway/with-detectors.ts'
import { sessionCanaries } from '../../domain/detection/leak/canaries.ts'
import { sessionKeyOf, type Denial, type RequestContext } from '../../application/gateway/decide-request.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import type { ConversationMessage, Subject } from '../../domain/session/conversation.ts'
import { parseChatRequest, upstreamBody, type ChatRequest } from '../../contract/openai/chat-request.ts'
import type { Completion } from '../../contract/openai/completion.ts'
import { errorBody, type GatewayErrorCode } from '../../contract/openai/error-body.ts'
import { intentRecord, outcomeRecord, type ChatExchange, type OutcomeParts } from './chat-records.ts'
import type { Caller, GatewayPorts } from './gateway-ports.ts'

export type ChatReply =
  | { readonly kind: 'error'; readonly status: number; readonly body: JsonObject }
  | { readonly kind: 'completion'; readonly completion: Completion; readonly includeUsage: boolean }

export interface ChatHooks {
  /** Called once the request is admitted and a stream is asked for: headers may go out now. */
  readonly onStream: () => void
  readonly signal: AbortSignal
}

/**
 * One chat completion, from the parsed body to the guarded answer. The intent is on disk before the provider is called,
 * the outcome before the answer is handed over; nothing of the answer leaves before it is judged whole.
 */
export async function handleChat(
  ports: GatewayPorts,
  call: {
    readonly id: string
    readonly caller: Caller
    readonly body: unknown
    readonly subjectToken: string | undefined
  },
  hooks: ChatHooks,
): Promise<ChatReply> {
  const startMs = ports.monotonicMs()
  const parsed = parseChatRequest(call.body)
  if (!parsed.ok)
    return refuse(parsed.failure.status, parsed.failure.code, parsed.failure.message, parsed.failure.param)
  const subject = call.subjectToken === undefined ? undefined : await call.caller.verifySubject(call.subjectToken)
  if (call.subjectToken !== undefined && subject === undefined)
    return refuse(403, 'invalid_subject', 'the `Gatehouse-Subject` token is not valid for this system')
  const exchange: ChatExchange = {
    id: call.id,
    caller: call.caller,
    chat: parsed.value,
    subject,
    startMs,
    startedAt: ports.clock(),
  }
  return judgeAndForward(ports, exchange, hooks)
}

async function judgeAndForward(ports: GatewayPorts, exchange: ChatExchange, hooks: ChatHooks): Promise<ChatReply> {
  const { chat, subject, caller } = exchange
  const deny = ports.admission.denyStateOf(caller.admitted.system)
  const messages = chat.messages.map((message) => conversationMessage(ports, caller, subject, message))
  const detectors = { guard: ({ release }: RequestContext) => ports.guardOf(release), signal: hooks.signal }
  const decision = await decideRequestWithDetectors(
    { live: liveRequest(chat), messages, subject },
    caller.admitted,
    {
      sessions: ports.sessions,
      now: ports.clock(),
      deny,
      pseudonyms: ports.pseudonyms,
      classify: ports.classify,
      canariesOf: (session) => sessionCanaries(ports.hmac, session),
    },
    detectors,
  )
  const inputGuardMs = ports.monotonicMs() - exchange.startMs
  const kept = await ports.sink.intent(intentRecord(ports, exchange, decision))
  if (!kept.kept)
    return refuse(503, 'audit_unavailable', 'the decision cannot be recorded, so the request is not served')
  if (decision.kind === 'deny')
    return finishDenied(ports, exchange, decision.denial, {
      guardMs: inputGuardMs,
      releaseDigest: decision.releaseDigest,
    })
  if (chat.isStream) hooks.onStream()
  const reply = await ports.upstream.chat(upstreamBody(chat, decision.texts), hooks.signal)
  if (reply.kind !== 'completion')
    return finishFailed(ports, exchange, decision.context, {
      reply,
      guardMs: inputGuardMs,
      isGone: hooks.signal.aborted,
    })
  return finishCompletion(ports, exchange, {
    context: decision.context,
    completion: reply.completion,
    inputAction: decision.action,
    inputGuardMs,
    detectors,
  })
}

function liveRequest(chat: ChatRequest): {
  model: string
  systemTexts: { index: number; text: string }[]
  tools: ChatRequest['tools']
} {
  const systemTexts = chat.messages.flatMap((message, index) =>
    message.role === 'system' || message.role === 'developer' ? [{ index, text: message.text }] : [],
  )
  return { model: chat.model, systemTexts, tools: chat.tools }
}

function conversationMessage(
  ports: GatewayPorts,
  caller: Caller,
  subject: Subject | undefined,
  message: ChatRequest['messages'][number],
): ConversationMessage {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', text: message.text }
    case 'user':
      return { role: 'user', text: message.text }
    case 'tool':
      return { role: 'tool', callId: message.callId, text: message.text }
    case 'assistant': {
      const digest = assistantDigest(ports, message)
      const isSigned =
        subject !== undefined && ports.sessions.isOwnAssistant(sessionKeyOf(caller.admitted, subject), digest)
      return { role: 'assistant', text: message.text, toolCalls: message.toolCalls, isSigned }
    }
  }
}

/** Keyed, so that only this gateway can say what it wrote. */
function assistantDigest(
  ports: GatewayPorts,
  {
    text,
    toolCalls,
  }: {
    readonly text: string
    readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  },
): string {
  return ports.hmac(
    'assistant',
    canonicalJsonOf([
      text.toWellFormed(),
      toolCalls.map((call) => [call.id, call.name, call.arguments.toWellFormed()]),
    ]),
  )
}

async function finishCompletion(
  ports: GatewayPorts,
  exchange: ChatExchange,
  {
    context,
    completion,
    inputAction,
    inputGuardMs,
    detectors,
  }: {
    readonly context: RequestContext
    readonly completion: Completion
    readonly inputAction: string
    readonly inputGuardMs: number
    readonly detectors: DetectorCall
  },
): Promise<ChatReply> {
  const guardStartMs = ports.monotonicMs()
  const completionPorts = {
    sessions: ports.sessions,
    engine: ports.engine,
    now: ports.clock(),
    // Asked again: a kill switch thrown while the provider was thinking still stops the answer.
    deny: ports.admission.denyStateOf(context.admitted.system),
    checkArguments: ports.argumentsOf(context.release),
    pseudonyms: ports.pseudonyms,
    classify: ports.classify,
    assistantDigest: (choice: JudgedChoice) => assistantDigest(ports, choice),
    canariesOf: (session: string) => sessionCanaries(ports.hmac, session),
  }
  const decision = await decideCompletionWithDetectors(context, completion.choices, completionPorts, detectors)
  const guardMs = inputGuardMs + ports.monotonicMs() - guardStartMs
  const shared = {
    guardMs,
    usage: completion.usage,
    modelAnswered: completion.model,
    completion: decision,
    releaseDigest: context.release.digest,
  }
  if (decision.denial !== undefined) return finishDenied(ports, exchange, decision.denial, shared)
  const action = decision.action === 'allow' ? inputAction : decision.action
  const kept = await settle(ports, exchange, { outcome: 'completed', code: null, rule: null, action, ...shared })
  if (!kept) return refuse(503, 'audit_unavailable', 'the outcome cannot be recorded, so the answer is withheld')
  return { kind: 'completion', completion: rewritten(completion, decision), includeUsage: exchange.chat.includeUsage }
}

function rewritten(completion: Completion, decision: CompletionDecision): Completion {
  return {
    ...completion,
    choices: completion.choices.map((choice, index) => ({
      ...choice,
      text: decision.choices[index]?.text ?? '',
      refusal: decision.choices[index]?.refusal ?? null,
    })),
  }
}

interface Finished extends Pick<OutcomeParts, 'guardMs' | 'usage' | 'modelAnswered' | 'completion'> {
  readonly releaseDigest: string | null
}

async function finishDenied(
  ports: GatewayPorts,
  exchange: ChatExchange,
  denial: Denial,
  parts: Finished,
): Promise<ChatReply> {
  const kept = await settle(ports, exchange, {
    outcome: 'denied',
    code: denial.code,
    rule: denial.rule,
    action: denial.code === 'approval_required' ? 'require-approval' : 'block',
    ...parts,
  })
  if (!kept) return refuse(503, 'audit_unavailable', 'the decision cannot be recorded')
  return refuse(
    denial.status,
    denial.code,
    `${denial.message} (rule ${denial.rule}, request ${exchange.id})`,
    denial.tool ?? null,
  )
}

async function finishFailed(
  ports: GatewayPorts,
  exchange: ChatExchange,
  context: RequestContext,
  {
    reply,
    guardMs,
    isGone,
  }: {
    readonly reply: {
      readonly kind: 'rejected' | 'unavailable' | 'incomplete'
      readonly status?: number
      readonly message?: string
      readonly reason?: string
    }
    readonly guardMs: number
    readonly isGone: boolean
  },
): Promise<ChatReply> {
  const code = reply.kind === 'incomplete' ? 'upstream_incomplete' : 'upstream_unavailable'
  await settle(ports, exchange, {
    outcome: isGone ? 'client-gone' : 'upstream-failed',
    code,
    rule: null,
    action: 'allow',
    guardMs,
    releaseDigest: context.release.digest,
  })
  if (reply.kind === 'rejected')
    return refuse(
      reply.status === 429 ? 429 : 400,
      'upstream_unavailable',
      reply.message ?? 'the provider refused the request',
    )
  return refuse(502, code, reply.reason ?? 'the provider failed')
}

async function settle(
  ports: GatewayPorts,
  exchange: ChatExchange,
  parts: OutcomeParts & { readonly releaseDigest: string | null },
): Promise<boolean> {
  const record = outcomeRecord(ports, exchange, parts)
  const kept = await ports.sink.outcome(record)
  ports.telemetry.record({
    requestId: exchange.id,
    system: exchange.caller.admitted.system,
    releaseDigest: parts.releaseDigest,
    modelRequested: exchange.chat.model,
    modelAnswered: record.modelAnswered,
    isStream: exchange.chat.isStream,
    startMs: exchange.startedAt,
    totalMs: record.totalMs,
    guardMs: record.guardMs,
    inputTokens: record.inputTokens,
    outputTokens: record.outputTokens,
    outcome: record.outcome,
    action: record.action,
    code: record.code,
    rule: record.rule,
  })
  return kept.kept
}

function refuse(status: number, code: GatewayErrorCode, message: string, param: string | null = null): ChatReply {
  return { kind: 'error', status, body: errorBody(code, message, param) }
}
