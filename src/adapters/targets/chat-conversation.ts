import { parseJson, isJsonObject, type Json } from '../../base/json.ts'
import type { TargetFailure, TrialOutcome, TrialRequest } from '../../application/evaluation/trial-target.ts'
import type { Observation } from '../../domain/evaluation/suite.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { failureOfStatus, isFromCache, type Exchange, type ExchangeResult } from './http-exchange.ts'
import type { LagMeter } from './lag-meter.ts'
import { mockResult } from './tool-mocks.ts'

/** One answer of a model, whatever wire it came over. */
export interface ModelAnswer {
  readonly text: string
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly args: Readonly<Record<string, unknown>>
  }[]
  readonly model: string | undefined
  readonly inputTokens: number
  readonly outputTokens: number
  /** Set when the provider stopped the answer by its own filter. */
  readonly filtered: string | undefined
}

/** How a wire writes a conversation down. */
export interface ChatWire<Message> {
  readonly start: (request: TrialRequest) => Message[]
  readonly user: (text: string) => Message
  /** The model's turn and the results of its calls, as the next request must hold them. */
  readonly answered: (answer: ModelAnswer, results: readonly Json[]) => readonly Message[]
  readonly send: (messages: readonly Message[], request: TrialRequest) => Promise<ExchangeResult>
  /** Undefined when the body is not what the wire promises. */
  readonly parse: (body: Json) => ModelAnswer | undefined
}

export interface ConversationOptions {
  readonly stepsMax: number
  readonly price: { readonly inputPerMillion: number; readonly outputPerMillion: number } | undefined
  readonly lag: LagMeter
}

const BODY_CHARS_MAX = 8 * 1_048_576

/** Plays the turns of a case against a model: its tool calls are answered by the case's mocks. */
export async function converse<Message>(
  wire: ChatWire<Message>,
  request: TrialRequest,
  options: ConversationOptions,
): Promise<TrialOutcome> {
  const state = new ConversationState(options)
  const messages = wire.start(request)
  const tools = request.suiteCase.tools ?? []
  for (const turn of request.suiteCase.turns) {
    messages.push(wire.user(turn))
    for (let step = 1; ; step++) {
      const sent = await wire.send(messages, request)
      if (!sent.ok) return { kind: 'failed', failure: sent.failure }
      const failure = failureOfStatus(sent.exchange)
      if (failure !== undefined) return { kind: 'failed', failure }
      const json = parseJson(sent.exchange.body, BODY_CHARS_MAX)
      const answer = json.ok ? wire.parse(json.value) : undefined
      if (answer === undefined) return malformed('the answer is not what its protocol promises')
      state.add(sent.exchange, answer)
      if (answer.calls.length === 0 || tools.length === 0) {
        messages.push(...wire.answered({ ...answer, calls: [] }, []))
        break
      }
      messages.push(
        ...wire.answered(
          answer,
          answer.calls.map(({ name, args }) => mockResult(tools, name, args)),
        ),
      )
      if (step >= options.stepsMax) return malformed(`the model still calls tools after ${options.stepsMax} requests`)
    }
  }
  return { kind: 'observed', observation: state.observation() }
}

function malformed(message: string): { readonly kind: 'failed'; readonly failure: TargetFailure } {
  return { kind: 'failed', failure: { kind: 'malformed', message } }
}

/** Sums over the requests of one trial. */
class ConversationState {
  readonly #options: ConversationOptions
  readonly #startedMs = monotonicMs()
  readonly #calls: Observation['toolCalls'][number][] = []
  #reply = ''
  #filtered: string | undefined
  #model: string | undefined
  #latencyMs = 0
  #isCached = false
  #input = 0
  #output = 0

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  add({ latencyMs, headers }: Exchange, answer: ModelAnswer): void {
    this.#latencyMs += latencyMs
    this.#isCached ||= isFromCache(headers)
    this.#reply = answer.text
    this.#filtered ??= answer.filtered
    this.#model = answer.model ?? this.#model
    this.#input += answer.inputTokens
    this.#output += answer.outputTokens
    for (const { name, args } of answer.calls) this.#calls.push({ name, args })
  }

  observation(): Observation {
    const { price, lag } = this.#options
    return {
      reply: this.#reply,
      blocked: this.#filtered === undefined ? null : { code: 'content_filter', rule: this.#filtered },
      toolCalls: this.#calls,
      records: [],
      citations: [],
      usage: { inputTokens: this.#input, outputTokens: this.#output },
      // A dollar for a million tokens is a millionth of a dollar for one.
      costMicroUsd:
        price === undefined
          ? undefined
          : Math.round(this.#input * price.inputPerMillion + this.#output * price.outputPerMillion),
      timing: { latencyMs: this.#latencyMs, lagMs: lag.since(this.#startedMs), isCached: this.#isCached },
      model: this.#model,
    }
  }
}

/** Arguments as the model wrote them: a JSON object, or nothing that a mock could answer. */
export function argumentsOf(text: unknown): Readonly<Record<string, unknown>> {
  if (isJsonObject(text)) return text
  const parsed = typeof text === 'string' ? parseJson(text, BODY_CHARS_MAX) : undefined
  return parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value : { malformed: String(text).slice(0, 200) }
}
