import type { RequestDecision } from '../../../application/gateway/decide-request.ts'
import { eventsOfChoice } from '../../../application/gateway/judge-answer-stream.ts'
import type { ModelAnswer, ModelEvent } from '../../../application/gateway/model-event.ts'
import type { AnswerFrame, ClientCodec } from '../../../contract/wire/client-codec.ts'
import { answerOnce, type InputSummary } from '../exchange/answer-once.ts'
import type { ModelExchange } from '../exchange/exchange-records.ts'
import { denialError, refusal, type GatewayError } from '../exchange/replies.ts'
import { settle } from '../exchange/settle.ts'
import { disclosing } from '../exchange/user-notice.ts'
import { SseResponse } from '../exchange/sse-response.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { bindingOfRequest } from './ask-people.ts'
import { redeem } from './redeem.ts'

export interface Replay {
  readonly ticket: string
  readonly codec: ClientCodec
  readonly http: HttpExchange
  readonly input: InputSummary
  readonly signal: AbortSignal
}

/** The answer that waited for people, given out once: judged anew by everything but the need for an approval, never sampled anew. */
export async function replayAnswer(
  ports: GatewayPorts,
  limited: ModelExchange,
  decided: Extract<RequestDecision, { kind: 'forward' }>,
  { ticket, codec, http, input, signal }: Replay,
): Promise<GatewayError | undefined> {
  // The provider was paid for when the answer was made.
  const { settleLimits } = limited
  const exchange: ModelExchange = { ...limited, settleLimits: async () => settleLimits?.('none') }
  const context = disclosing(exchange, decided.context, http.response)
  const redeemed = await redeem(ports, context, ticket, bindingOfRequest(context, exchange.request))
  if (redeemed.kind === 'denied') {
    const { denial } = redeemed
    const kept = await settle(ports, exchange, {
      outcome: 'denied',
      code: denial.code,
      rule: denial.rule,
      action: denial.code === 'approval_required' ? 'require-approval' : 'block',
      guardMs: input.guardMs,
      releaseDigest: context.release.digest,
    })
    if (!kept) return refusal(503, 'audit_unavailable', 'the decision cannot be recorded')
    return { ...denialError(denial, exchange.id), approval: redeemed.ticket }
  }
  const answer = JSON.parse(redeemed.answer) as ModelAnswer
  // Whether another model answered than was asked was judged when the answer was made: what is withheld for it never waits.
  const held = { answer, asked: answer.model, input, signal, isApproved: true }
  const outcome = await answerOnce(ports, exchange, { ...context, answeredBy: answer.model }, held)
  if (outcome.kind === 'error') return outcome.error
  const frame: AnswerFrame = {
    requestId: exchange.id,
    request: exchange.request,
    createdAt: Math.floor(exchange.startedAt / 1_000),
  }
  if (!exchange.request.isStream) {
    sendJson(http.response, 200, codec.answerBody(outcome.answer, frame))
    return undefined
  }
  const encoder = codec.encoder(frame)
  const sse = new SseResponse(http.response, ports.monotonicMs, encoder.ping())
  sse.end(
    eventsOf(outcome.answer)
      .map((event) => encoder.event(event))
      .join('') + encoder.end(),
  )
  return undefined
}

function eventsOf({ id, model, created, choices, usage }: ModelAnswer): readonly ModelEvent[] {
  return [
    { kind: 'start', id, model, created },
    ...choices.flatMap((choice) =>
      eventsOfChoice(choice, {
        text: choice.text,
        refusal: choice.refusal,
        reasoning: choice.reasoning,
      }),
    ),
    ...(usage === undefined ? [] : [{ kind: 'usage', ...usage } as const]),
  ]
}
