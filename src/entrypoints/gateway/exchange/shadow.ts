import { decideCompletionWithDetectors } from '../../../application/gateway/with-detectors.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { AnswerChoice } from '../../../application/gateway/model-event.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import { finishedAnswer } from '../../../application/gateway/unfinished-calls.ts'
import { askModel, type UpstreamReply } from '../../../adapters/providers/ask-model.ts'
import type { ShadowLine } from '../../../contract/decision/decision-record.ts'
import { compareAnswers, type ComparedAnswer } from '../../../domain/rollout/compare-answers.ts'
import type { ShadowRollout } from '../../../domain/rollout/rollout.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import type { ModelExchange } from './exchange-records.ts'
import { openTargets, type DeniedByModel } from './open-targets.ts'
import { completionPorts } from './settle.ts'

const SHADOW_MS = 60_000

/**
 * Sends a copy of an answered request to the shadow's model and records how its answer compares. The copy is what the guard
 * left of the request, it goes only where the data may go, and its answer is judged, counted for nothing and seen by nobody.
 */
// oxlint-disable-next-line max-params -- the request, its answer, and who is asked as well
export function sendShadow(
  ports: GatewayPorts,
  { id, subject, caller }: ModelExchange,
  { context, request }: { readonly context: RequestContext; readonly request: ModelRequest },
  answer: ComparedAnswer,
): void {
  const key = subject === undefined ? id : `${subject.tenant}\n${subject.principal}`
  const shadow = ports.rollouts.shadowFor(caller.admitted.system, key)
  if (shadow === undefined) return
  void ports.rollouts
    .shadowing(async () => {
      const line = await askShadow(ports, shadow, { id, context, request }, answer)
      ports.telemetry.shadow({ rollout: shadow.id, system: caller.admitted.system, outcome: line.outcome })
      await ports.sink.shadow(line)
    })
    .catch((error: unknown) => ports.onBug?.(error))
}

// oxlint-disable-next-line max-params -- as above
async function askShadow(
  ports: GatewayPorts,
  { id: rollout, model }: ShadowRollout,
  { id, context, request }: { readonly id: string; readonly context: RequestContext; readonly request: ModelRequest },
  answer: ComparedAnswer,
): Promise<ShadowLine> {
  const startMs = ports.monotonicMs()
  const signal = AbortSignal.timeout(SHADOW_MS)
  const plan = ports.planRoute(context, model)
  const targets = plan.ok ? plan.targets.filter((target) => target.model === model) : []
  const isOwn = context.release.manifest.components.models.some((one) => one.model === model)
  const copy = { ...request, model, isStream: false, includeUsage: false }
  const open = openTargets(ports, context, { request: copy, targets })
  const reply: UpstreamReply | DeniedByModel = !open.ok
    ? { kind: 'denied', denial: open.failure }
    : targets.length === 0 || !isOwn
      ? { kind: 'unavailable', reason: 'no place may have it' }
      : await askModel(open.value.transport, copy, open.value.targets, signal)
  const line = {
    kind: 'shadow',
    id,
    at: ports.clock(),
    rollout,
    model,
    upstream: reply.kind === 'answer' ? reply.target.upstream : null,
    totalMs: ports.monotonicMs() - startMs,
  } as const
  const none = { outputTokens: null, similarity: null, isSameFinish: null, isSameTools: null } as const
  if (reply.kind === 'denied') return { ...line, ...none, outcome: 'denied', code: reply.denial.code }
  if (reply.kind !== 'answer')
    return {
      ...line,
      ...none,
      outcome: 'upstream-failed',
      code: reply.kind === 'stream' ? null : `upstream_${reply.kind}`,
    }
  // Nothing that it says is taken for a word of ours, and no call of it is counted.
  const own: RequestContext = { ...context, sessionKey: undefined, callsKey: undefined, answeredBy: model }
  const answered = finishedAnswer(reply.answer)
  const decision = await decideCompletionWithDetectors(own, answered.choices, completionPorts(ports, own), {
    guard: ({ release }) => ports.guardOf(release),
    signal,
  })
  const { denial, choices } = decision
  const said = comparedAnswer(answered.choices, choices[0]?.text ?? '')
  return {
    ...line,
    outcome: denial === undefined ? 'completed' : 'denied',
    code: denial?.code ?? null,
    outputTokens: reply.answer.usage?.outputTokens ?? null,
    ...compareAnswers(answer, said),
  }
}

/** What of an answer is compared: its first choice. */
export function comparedAnswer(choices: readonly AnswerChoice[], text: string): ComparedAnswer {
  const [choice] = choices
  return {
    text,
    finishReason: choice?.finishReason ?? 'stop',
    tools: (choice?.toolCalls ?? []).map(({ name }) => name),
  }
}
