import type { CompletionDecision } from '../../../application/gateway/decide-completion.ts'
import { decideCompletionWithDetectors } from '../../../application/gateway/with-detectors.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import { writtenTexts, type ModelAnswer } from '../../../application/gateway/model-event.ts'
import { askPeople, bindingOfRequest } from '../approval/ask-people.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { safeHead } from './answer-head.ts'
import type { ModelExchange } from './exchange-records.ts'
import { driftDenial } from './drift-denial.ts'
import { marksOf, type ReasoningMarks } from './reasoning-marks.ts'
import { denialError, refusal, type GatewayError } from './replies.ts'
import { completionPorts, settle } from './settle.ts'

export interface InputSummary {
  readonly action: string
  readonly guardMs: number
}

export type OnceOutcome =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer }
  | { readonly kind: 'error'; readonly error: GatewayError; readonly decision: CompletionDecision }

/** A whole answer: judged, its outcome on disk, then handed over. */
export async function answerOnce(
  ports: GatewayPorts,
  exchange: ModelExchange,
  context: RequestContext,
  {
    answer,
    asked,
    input,
    signal,
    isApproved = false,
  }: {
    readonly answer: ModelAnswer
    /** Model that the provider was asked for. */
    readonly asked: string
    readonly input: InputSummary
    readonly signal: AbortSignal
    /** People have said yes to the calls of exactly this answer. */
    readonly isApproved?: boolean
  },
): Promise<OnceOutcome> {
  const startMs = ports.monotonicMs()
  exchange.marks.came = () => writtenTexts(answer.choices)
  const own = completionPorts(ports, context)
  const decision =
    driftDenial(exchange, context, { asked, answered: answer.model, now: ports.clock() }) ??
    (await decideCompletionWithDetectors(
      context,
      answer.choices,
      isApproved ? { ...own, isApproved: () => true } : own,
      { guard: ({ release }) => ports.guardOf(release), signal },
    ))
  const { denial } = decision
  const approval = isApproved ? undefined : await approvalFor(ports, exchange, context, { answer, decision })
  const kept = await settle(ports, exchange, {
    outcome: denial === undefined ? 'completed' : 'denied',
    code: denial?.code ?? null,
    rule: denial?.rule ?? null,
    action: recordedAction(decision, input.action),
    guardMs: input.guardMs + ports.monotonicMs() - startMs,
    usage: answer.usage,
    modelAnswered: answer.model,
    completion: decision,
    releaseDigest: context.release.digest,
  })
  if (!kept)
    return {
      kind: 'error',
      decision,
      error: refusal(503, 'audit_unavailable', 'the outcome cannot be recorded, so the answer is withheld'),
    }
  if (denial !== undefined) return { kind: 'error', decision, error: { ...denialError(denial, exchange.id), approval } }
  const { id, model, created } = safeHead(ports, context, exchange.id, answer)
  const marks = marksOf(ports, exchange)
  const choices = rewritten(answer.choices, decision, marks, context.disclosure ?? '')
  return { kind: 'answer', answer: { id, model, created, choices, usage: answer.usage } }
}

/** The ticket for an answer whose calls people have to approve; undefined for every other. */
export async function approvalFor(
  ports: GatewayPorts,
  exchange: ModelExchange,
  context: RequestContext,
  { answer, decision }: { readonly answer: ModelAnswer; readonly decision: CompletionDecision },
): Promise<string | undefined> {
  if (decision.denial?.code !== 'approval_required' || decision.denial.tool === undefined) return undefined
  return askPeople(ports, {
    context,
    request: exchange.id,
    tools: decision.tools,
    calls: decision.calls.flat(),
    binding: bindingOfRequest(context, exchange.request),
    answer: JSON.stringify(answer),
  })
}

export function recordedAction(decision: CompletionDecision, inputAction: string): string {
  if (decision.denial !== undefined) return decision.denial.code === 'approval_required' ? 'require-approval' : 'block'
  return decision.action === 'allow' ? inputAction : decision.action
}

// oxlint-disable-next-line max-params -- an answer, what was decided about it, how it is marked, and what is put before it
function rewritten(
  choices: ModelAnswer['choices'],
  decision: CompletionDecision,
  marks: ReasoningMarks,
  disclosure: string,
): ModelAnswer['choices'] {
  return choices.map((choice, index) => {
    const { text = '', refusal: refused = null, reasoning = [] } = decision.choices[index] ?? {}
    return {
      ...choice,
      toolCalls: decision.calls[index] ?? [],
      text: text === '' ? '' : disclosure + text,
      refusal: refused,
      reasoning: reasoning.map(marks.put),
    }
  })
}
