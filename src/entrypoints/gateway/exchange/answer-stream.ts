import { haltedBy, type Denial, type RequestContext } from '../../../application/gateway/decide-request.ts'
import {
  AnswerStreamJudge,
  eventsOfChoice,
  needsWholeAnswer,
  type StreamConclusion,
} from '../../../application/gateway/judge-answer-stream.ts'
import { decideCompletionWithDetectors } from '../../../application/gateway/with-detectors.ts'
import type { CompletionDecision } from '../../../application/gateway/decide-completion.ts'
import type { ModelEvent } from '../../../application/gateway/model-event.ts'
import type { AnswerStream, StreamEnd } from '../../../adapters/providers/ask-model.ts'
import type { StreamEncoder } from '../../../contract/wire/client-codec.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { safeHead } from './answer-head.ts'
import { approvalFor, recordedAction, type InputSummary } from './answer-once.ts'
import { noticeForCode } from '../../../application/gateway/user-notices.ts'
import { noticesOf, type ModelExchange } from './exchange-records.ts'
import type { ComparedAnswer } from '../../../domain/rollout/compare-answers.ts'
import { driftDenial } from './drift-denial.ts'
import { comparedAnswer } from './shadow.ts'
import { marksOf, type ReasoningMarks } from './reasoning-marks.ts'
import { denialError, refusal, type GatewayError } from './replies.ts'
import { completionPorts, settle } from './settle.ts'
import type { SseResponse } from './sse-response.ts'

export interface OpenStream {
  readonly stream: AnswerStream
  /** Model that the provider was asked for. */
  readonly asked: string
  /** Told what was answered, once all of it has left. */
  readonly onAnswered: (answer: ComparedAnswer) => void
  readonly sse: SseResponse
  readonly encoder: StreamEncoder
  readonly signal: AbortSignal
  readonly input: InputSummary
}

/**
 * A streamed answer: each piece is judged and goes on as far as nothing that may still come can change it. The last bytes
 * wait for the outcome to be on disk. Gives the error that the stream ends with, where it does.
 */
export async function streamAnswer(
  ports: GatewayPorts,
  exchange: ModelExchange,
  context: RequestContext,
  open: OpenStream,
): Promise<GatewayError | undefined> {
  const run = new StreamRun(ports, exchange, context, open)
  return run.toEnd()
}

class StreamRun {
  readonly #ports: GatewayPorts
  readonly #exchange: ModelExchange
  readonly #context: RequestContext
  readonly #open: OpenStream
  readonly #judge: AnswerStreamJudge
  /** Encoded events of the piece at hand. */
  #out = ''
  #guardMs: number
  readonly #isWhole: boolean
  #halted: Denial | undefined
  /** Why the provider's stream is no answer to this request. */
  #broken: string | undefined
  readonly #marks: ReasoningMarks
  /** Words of the block of reasoning at hand, which its seal is over. */
  #reasoning = ''
  /** Choices whose text has begun. */
  readonly #begun = new Set<number>()

  // oxlint-disable-next-line max-params -- the four parts of one exchange
  constructor(ports: GatewayPorts, exchange: ModelExchange, context: RequestContext, open: OpenStream) {
    this.#ports = ports
    this.#exchange = exchange
    this.#context = context
    this.#open = open
    this.#guardMs = open.input.guardMs
    this.#marks = marksOf(ports, exchange)
    this.#isWhole = needsWholeAnswer(context, ports.guardOf(context.release).runDetectors !== undefined)
    this.#judge = new AnswerStreamJudge(
      context,
      completionPorts(ports, context),
      (event) => (this.#out += open.encoder.event(this.#delivered(event))),
      { isWhole: this.#isWhole, tellsBlocks: exchange.request.protocol === 'anthropic-messages' },
    )
    exchange.marks.came = () => this.#judge.received()
  }

  async toEnd(): Promise<GatewayError | undefined> {
    const { stream, sse } = this.#open
    // The provider may be silent for long: the kill switch does not wait for its next word.
    sse.onTick = () => this.#askKillSwitch()
    const startMs = this.#ports.monotonicMs()
    const guardedMs = this.#guardMs
    const end = await stream.read((events) => this.#take(events))
    const { marks } = this.#exchange
    const readMs = this.#ports.monotonicMs() - startMs - (this.#guardMs - guardedMs)
    marks.upstreamMs = (marks.upstreamMs ?? 0) + Math.max(0, readMs)
    sse.onTick = undefined
    return this.#conclude(end)
  }

  #askKillSwitch(): boolean {
    this.#halted ??= haltedBy(this.#context, this.#ports.admission.denyStateOf(this.#context.admitted.system))
    if (this.#halted === undefined) return false
    this.#open.stream.cancel()
    return true
  }

  #take(events: readonly ModelEvent[]): Promise<void> | undefined {
    if (this.#askKillSwitch()) return undefined
    const startMs = this.#ports.monotonicMs()
    for (const event of events) {
      if (event.kind === 'start') this.#askDrift(event.model)
      // SECURITY: texts of two choices are judged apart, and wires that have one choice would write them as one.
      if ('choice' in event && event.choice >= this.#exchange.request.choices)
        this.#broken ??= 'the provider streams a choice that nobody asked for'
      if (this.#halted === undefined && this.#broken === undefined) this.#judge.push(event)
    }
    this.#guardMs += this.#ports.monotonicMs() - startMs
    if (this.#judge.denial !== undefined || this.#judge.isTooLong || (this.#halted ?? this.#broken) !== undefined)
      this.#open.stream.cancel()
    if (this.#out === '') return undefined
    this.#exchange.marks.firstPieceMs ??= this.#ports.monotonicMs() - this.#exchange.startMs
    const text = this.#out
    this.#out = ''
    return this.#open.sse.write(text)
  }

  /** Before a word of it is judged: an answer of another model is not the release's. */
  #askDrift(answered: string): void {
    const names = { asked: this.#open.asked, answered, now: this.#ports.clock() }
    this.#halted ??= driftDenial(this.#exchange, this.#context, names)?.denial
  }

  #delivered(event: ModelEvent): ModelEvent {
    if (event.kind === 'start')
      return { kind: 'start', ...safeHead(this.#ports, this.#context, this.#exchange.id, event) }
    if (event.kind === 'text') return this.#disclosed(event)
    if (event.kind === 'reasoning') this.#reasoning += event.text
    if (event.kind !== 'reasoning-seal' && event.kind !== 'reasoning-opaque') return event
    const text = this.#reasoning
    this.#reasoning = ''
    const { choice } = event
    const marked = this.#marks.put(
      event.kind === 'reasoning-seal' ? { kind: 'text', text, seal: event.seal } : { kind: 'opaque', data: event.data },
    )
    return marked.kind === 'opaque'
      ? { kind: 'reasoning-opaque', choice, data: marked.data }
      : { kind: 'reasoning-seal', choice, seal: marked.seal ?? '' }
  }

  /** The first words of each choice come behind what the user is told. */
  #disclosed(event: Extract<ModelEvent, { kind: 'text' | 'refusal' | 'reasoning' }>): ModelEvent {
    const { disclosure } = this.#context
    if (disclosure === undefined || event.text === '' || this.#begun.has(event.choice)) return event
    this.#begun.add(event.choice)
    return { ...event, text: disclosure + event.text }
  }

  async #conclude(end: StreamEnd): Promise<GatewayError | undefined> {
    const judge = this.#judge
    if (this.#halted !== undefined) return this.#denied(this.#halted)
    if (judge.denial === undefined) {
      if (this.#open.signal.aborted) return this.#failed('client-gone', 'the client went away')
      if (this.#broken !== undefined) return this.#failed('upstream-failed', this.#broken)
      if (judge.isTooLong) return this.#failed('upstream-failed', 'the answer is too large')
      if (end.kind === 'broken') return this.#failed('upstream-failed', end.reason)
    }
    const startMs = this.#ports.monotonicMs()
    const conclusion = this.#isWhole
      ? await this.#concludeWhole()
      : judge.conclude(completionPorts(this.#ports, this.#context))
    this.#guardMs += this.#ports.monotonicMs() - startMs
    if (conclusion.kind === 'incomplete') return this.#failed('upstream-failed', 'the provider broke the stream off')
    const { decision, tail } = conclusion
    const { denial } = decision
    const approval = await this.#approval(decision)
    const kept = await settle(this.#ports, this.#exchange, {
      outcome: denial === undefined ? 'completed' : 'denied',
      code: denial?.code ?? null,
      rule: denial?.rule ?? null,
      action: recordedAction(decision, this.#open.input.action),
      completion: decision,
      ...this.#parts,
    })
    if (!kept) return refusal(503, 'audit_unavailable', 'the outcome cannot be recorded, so the answer is withheld')
    if (denial !== undefined) {
      const error = this.#stopped(denial)
      return error === undefined || approval === undefined ? error : { ...error, approval }
    }
    const { encoder, sse } = this.#open
    const last = tail.map((event) => encoder.event(this.#delivered(event)))
    sse.end(last.join('') + encoder.end())
    this.#open.onAnswered(comparedAnswer(this.#judge.answered(), decision.choices[0]?.text ?? ''))
    return undefined
  }

  /** The whole answer waits: what of it was shown already is shown again. */
  async #approval(decision: CompletionDecision): Promise<string | undefined> {
    const { head, usage } = this.#judge
    const choices = this.#judge.heldChoices()
    if (head === undefined || choices === undefined) return undefined
    return approvalFor(this.#ports, this.#exchange, this.#context, { answer: { ...head, choices, usage }, decision })
  }

  async #concludeWhole(): Promise<StreamConclusion> {
    const choices = this.#judge.heldChoices()
    if (choices === undefined) return { kind: 'incomplete' }
    const ports = completionPorts(this.#ports, this.#context)
    const decision = await decideCompletionWithDetectors(this.#context, choices, ports, {
      guard: ({ release }) => this.#ports.guardOf(release),
      signal: this.#open.signal,
    })
    const { usage } = this.#judge
    const tail = choices.flatMap((choice, index) =>
      eventsOfChoice(
        { ...choice, toolCalls: decision.calls[index] ?? [] },
        decision.choices[index] ?? { text: '', refusal: null, reasoning: [] },
      ),
    )
    return { kind: 'decided', decision, tail: usage === undefined ? tail : [...tail, { kind: 'usage', ...usage }] }
  }

  get #parts(): {
    guardMs: number
    usage: AnswerStreamJudge['usage']
    modelAnswered: string | undefined
    releaseDigest: string
  } {
    return {
      guardMs: this.#guardMs,
      usage: this.#judge.usage,
      modelAnswered: this.#judge.head?.model,
      releaseDigest: this.#context.release.digest,
    }
  }

  /** By the manifest's word, clients that raise on no error see a reason instead: the rest was filtered. */
  #stopped(denial: Denial): GatewayError | undefined {
    const { encoder, sse } = this.#open
    const { manifest, digest } = this.#context.release
    const isAnswered = manifest.notices?.deliver === 'completion'
    const isReason = isAnswered || manifest.guard?.onStreamBlock === 'content-filter'
    if (!isReason || denial.code !== 'content_filter' || !sse.isOpen) return denialError(denial, this.#exchange.id)
    const notice = isAnswered ? noticeForCode(noticesOf(this.#exchange, digest), denial.code) : undefined
    const reasons = this.#judge.opened.map(
      (choice) =>
        (notice === undefined ? '' : encoder.event({ kind: 'text', choice, text: `\n\n${notice.text}` })) +
        encoder.event({ kind: 'finish', choice, reason: 'content_filter' }),
    )
    sse.end(reasons.join('') + encoder.end())
    return undefined
  }

  async #denied(denial: Denial): Promise<GatewayError> {
    const kept = await settle(this.#ports, this.#exchange, {
      outcome: 'denied',
      code: denial.code,
      rule: denial.rule,
      action: 'block',
      ...this.#parts,
    })
    if (!kept) return refusal(503, 'audit_unavailable', 'the decision cannot be recorded')
    return denialError(denial, this.#exchange.id)
  }

  async #failed(outcome: 'client-gone' | 'upstream-failed', reason: string): Promise<GatewayError> {
    await settle(this.#ports, this.#exchange, {
      outcome,
      code: 'upstream_incomplete',
      rule: null,
      action: 'allow',
      ...this.#parts,
    })
    return refusal(502, 'upstream_incomplete', reason)
  }
}
