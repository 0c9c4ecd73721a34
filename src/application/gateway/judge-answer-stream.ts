import type { GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import {
  answerStopped,
  concludeAnswer,
  outputOptions,
  type CompletionDecision,
  type DecideCompletionPorts,
  type JudgedChoiceText,
} from './decide-completion.ts'
import type { Denial, PlacedFinding, RequestContext } from './decide-request.ts'
import {
  ANSWER_CHARS_MAX,
  usageIn,
  type AnswerChoice,
  type AnswerHead,
  type AnswerToolCall,
  type FinishReason,
  type ModelEvent,
  type ReasoningBlock,
  type Usage,
} from './model-event.ts'
import { StreamedReasoning } from './streamed-reasoning.ts'
import { heldChannel, textChannel, type TextChannel } from './text-channel.ts'
import { withoutUnfinishedCalls } from './unfinished-calls.ts'

type TextEvent = Extract<ModelEvent, { kind: 'text' | 'refusal' | 'reasoning' }>
const TEXT_KINDS = ['text', 'refusal'] as const

interface OpenChoice {
  readonly channels: Partial<Record<(typeof TEXT_KINDS)[number], TextChannel>>
  readonly reasoning: StreamedReasoning
  readonly calls: Map<number, { id: string; name: string; arguments: string }>
  finish: FinishReason | undefined
  stopSequence?: string | undefined
}

export interface StreamShape {
  /** Nothing may go before the end. */
  readonly isWhole: boolean
  /** The client is told where a block of reasoning ends. */
  readonly tellsBlocks: boolean
}

export type StreamConclusion =
  /** The provider's stream ended before its answer did. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'decided'; readonly decision: CompletionDecision; readonly tail: readonly ModelEvent[] }

/**
 * The guard on a streamed answer. Texts leave as far as nothing that may still arrive can change them; tool calls, seals,
 * finishes and usage leave at the end, once everything is judged and the outcome is on record.
 */
export class AnswerStreamJudge {
  readonly #context: RequestContext
  readonly #options: GuardOptions
  readonly #release: (event: ModelEvent) => void
  readonly #choices = new Map<number, OpenChoice>()
  #head: AnswerHead | undefined
  #usage: Usage | undefined
  #chars = 0
  /** Reasoning that is left out. */
  #leftOut = ''
  #denial: Denial | undefined

  readonly #shape: StreamShape

  // oxlint-disable-next-line max-params -- a request, its guard, where text goes, and how
  constructor(
    context: RequestContext,
    ports: DecideCompletionPorts,
    release: (event: ModelEvent) => void,
    shape: StreamShape,
  ) {
    this.#shape = shape
    this.#context = context
    this.#release = release
    this.#options = outputOptions(context, ports)
  }

  /** Why nothing more may leave. */
  get denial(): Denial | undefined {
    return this.#denial
  }

  /** Choices that have begun; none of them has told a client its end. */
  get opened(): readonly number[] {
    return [...this.#choices.keys()]
  }

  get head(): AnswerHead | undefined {
    return this.#head
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  /** The answer has outgrown its bound. */
  get isTooLong(): boolean {
    return this.#chars > ANSWER_CHARS_MAX
  }

  /** Findings so far, for the record of an answer that came to no end. */
  get findings(): readonly PlacedFinding[] {
    return [...this.#choices.values()].flatMap((choice) => channelsOf(choice).flatMap((channel) => channel.findings()))
  }

  /** Takes one event and releases what may leave because of it. */
  push(event: ModelEvent): void {
    if (this.#denial !== undefined) return
    switch (event.kind) {
      case 'start': {
        const { id, model, created } = event
        this.#head ??= { id, model, created }
        return this.#release(event)
      }
      case 'usage':
        this.#usage = usageIn(event)
        return
      case 'text':
      case 'refusal':
      case 'reasoning':
        return this.#pushText(event)
      default: {
        const choice = this.#choice(event.choice)
        if (choice.finish !== undefined) return
        if (event.kind === 'reasoning-seal') this.#seal(choice, event)
        else if (event.kind === 'reasoning-opaque') this.#opaque(choice, event)
        else if (event.kind === 'finish') this.#finish(choice, event)
        else this.#pushCall(choice, event)
      }
    }
  }

  #choice(index: number): OpenChoice {
    const known = this.#choices.get(index)
    if (known !== undefined) return known
    const reasoning = new StreamedReasoning(this.#context.release.guard.output, this.#options, this.#shape)
    const opened: OpenChoice = { channels: {}, reasoning, calls: new Map(), finish: undefined }
    this.#choices.set(index, opened)
    return opened
  }

  #pushText(event: TextEvent): void {
    const choice = this.#choice(event.choice)
    if (choice.finish !== undefined) return
    // Clients expect reasoning to be over once the answer begins.
    if (event.kind !== 'reasoning' && event.text !== '') this.#endReasoning(choice, event.choice)
    if (this.#denial !== undefined) return
    this.#chars += event.text.length
    const { isWhole } = this.#shape
    const isFirst = event.kind === 'text' && choice.channels.text === undefined
    const channel =
      event.kind === 'reasoning'
        ? choice.reasoning.block()
        : (choice.channels[event.kind] ??= isWhole
            ? heldChannel()
            : textChannel(this.#context.release.guard.output, this.#options))
    // What is left out came all the same.
    if (channel === undefined) return void (this.#leftOut += event.text)
    // A text that is empty opens the answer: clients wait for it.
    if (event.text === '') return this.#release(event)
    // What is held back must not keep a client waiting for the answer to begin.
    if (isFirst && !isWhole) this.#release({ ...event, text: '' })
    this.#say(event, channel, channel.push(event.text))
  }

  #say({ choice, kind }: Pick<TextEvent, 'choice' | 'kind'>, channel: TextChannel, text: string): void {
    if (text !== '') {
      channel.released += text
      this.#release({ kind, choice, text })
    }
    const rule = channel.blockedBy()
    if (rule !== undefined) this.#denial ??= answerStopped(rule)
  }

  #endReasoning({ reasoning }: OpenChoice, choice: number, isOver = true): void {
    const channel = reasoning.end(isOver)
    if (channel !== undefined) this.#say({ choice, kind: 'reasoning' }, channel, channel.end())
  }

  #seal(open: OpenChoice, event: Extract<ModelEvent, { kind: 'reasoning-seal' }>): void {
    this.#chars += event.seal.length
    // A block may be its seal alone.
    const channel = open.reasoning.block()
    if (channel === undefined) return
    this.#endReasoning(open, event.choice, false)
    open.reasoning.seal(event.seal)
    if (open.reasoning.goesOn && this.#denial === undefined) this.#release(event)
  }

  #opaque(open: OpenChoice, event: Extract<ModelEvent, { kind: 'reasoning-opaque' }>): void {
    this.#chars += event.data.length
    this.#endReasoning(open, event.choice, false)
    if (open.reasoning.opaque(event.data) && open.reasoning.goesOn && this.#denial === undefined) this.#release(event)
  }

  #pushCall(choice: OpenChoice, event: Extract<ModelEvent, { kind: 'tool-call' | 'tool-arguments' }>): void {
    const call = choice.calls.get(event.index) ?? { id: '', name: '', arguments: '' }
    choice.calls.set(event.index, call)
    if (event.kind === 'tool-call') {
      call.id ||= event.id
      call.name ||= event.name
      this.#chars += event.id.length + event.name.length
      return
    }
    call.arguments += event.text
    this.#chars += event.text.length
  }

  #finish(open: OpenChoice, { choice, reason, stopSequence }: Extract<ModelEvent, { kind: 'finish' }>): void {
    open.finish = reason
    open.stopSequence = stopSequence
    this.#endReasoning(open, choice)
    for (const kind of TEXT_KINDS) {
      const channel = open.channels[kind]
      if (channel === undefined) continue
      this.#say({ choice, kind }, channel, channel.end())
      if (this.#denial !== undefined) return
    }
  }

  /** The answer as it came, where all of it is held for those who judge only whole texts; undefined where it broke off. */
  heldChoices(): readonly AnswerChoice[] | undefined {
    const open = [...this.#choices].toSorted(([left], [right]) => left - right)
    if (this.#head === undefined || open.length === 0 || open.some(([, { finish }]) => finish === undefined))
      return undefined
    return open.map(([index, choice]) => ({
      ...wholeChoice(index, choice),
      text: choice.channels.text?.received() ?? '',
      refusal: choice.channels.refusal?.received() ?? null,
      reasoning: choice.reasoning.received(),
    }))
  }

  /** All that came so far, whether or not it left. */
  received(): readonly string[] {
    const texts = [...this.#choices.values()].flatMap((choice) => [
      ...channelsOf(choice).map((channel) => channel.received()),
      ...[...choice.calls.values()].map((call) => call.name + call.arguments),
    ])
    return [...texts, this.#leftOut]
  }

  /** What was said, once it is. */
  answered(): readonly AnswerChoice[] {
    return [...this.#choices]
      .toSorted(([left], [right]) => left - right)
      .map(([index, choice]) => wholeChoice(index, choice))
  }

  /** All that is left to judge and to say. To be called once the provider's stream has ended. */
  conclude(ports: DecideCompletionPorts): StreamConclusion {
    const open = [...this.#choices].toSorted(([left], [right]) => left - right)
    if (this.#head === undefined || open.length === 0) return { kind: 'incomplete' }
    if (this.#denial === undefined && open.some(([, { finish }]) => finish === undefined)) return { kind: 'incomplete' }
    const choices = open.map(([index, choice]) => wholeChoice(index, choice))
    const channels = open.flatMap(([, choice]) => channelsOf(choice))
    const decision = concludeAnswer(
      this.#context,
      choices,
      {
        findings: this.findings,
        action: channels.reduce<Obligation>((action, channel) => heavier(action, channel.action()), 'allow'),
        blockedBy: this.#denial?.rule,
        texts: open.map(([, choice]) => releasedTexts(choice)),
      },
      ports,
    )
    const delivered = choices.map((choice, at) => ({ ...choice, toolCalls: decision.calls[at] ?? [] }))
    return { kind: 'decided', decision, tail: [...delivered.flatMap(tailOf), ...this.#usageEvent()] }
  }

  #usageEvent(): readonly ModelEvent[] {
    return this.#usage === undefined ? [] : [{ kind: 'usage', ...this.#usage }]
  }
}

function channelsOf({ channels, reasoning }: OpenChoice): readonly TextChannel[] {
  return [...reasoning.channels, ...Object.values(channels)]
}

function wholeChoice(index: number, { calls, finish, stopSequence, channels }: OpenChoice): AnswerChoice {
  return withoutUnfinishedCalls({
    index,
    text: channels.text?.released ?? '',
    refusal: channels.refusal?.released ?? null,
    // It has left already, and no record keeps it.
    reasoning: [],
    toolCalls: [...calls].toSorted(([left], [right]) => left - right).map(([, call]): AnswerToolCall => call),
    finishReason: finish ?? 'stop',
    stopSequence,
  })
}

function releasedTexts({ channels }: OpenChoice): JudgedChoiceText {
  return { text: channels.text?.released ?? '', refusal: channels.refusal?.released ?? null, reasoning: [] }
}

/** What is said of a choice that was held whole. */
export function eventsOfChoice(
  choice: AnswerChoice,
  { text, refusal, reasoning }: JudgedChoiceText,
): readonly ModelEvent[] {
  const { index } = choice
  return [
    ...reasoning.flatMap((block) => eventsOfBlock(index, block)),
    ...(text === '' ? [] : [{ kind: 'text', choice: index, text } as const]),
    ...(refusal === null || refusal === '' ? [] : [{ kind: 'refusal', choice: index, text: refusal } as const]),
    ...tailOf(choice),
  ]
}

function eventsOfBlock(choice: number, block: ReasoningBlock): readonly ModelEvent[] {
  if (block.kind === 'opaque') return [{ kind: 'reasoning-opaque', choice, data: block.data }]
  const { text, seal } = block
  return [
    ...(text === '' ? [] : [{ kind: 'reasoning', choice, text } as const]),
    ...(seal === null ? [] : [{ kind: 'reasoning-seal', choice, seal } as const]),
  ]
}

/**
 * Whether nothing of an answer may go before all of it has come: detectors beside the guard, claims that are held against
 * passages, lines that must not come out in any piece, and values that come back from the vault.
 */
export function needsWholeAnswer({ release }: RequestContext, hasDetectors: boolean): boolean {
  const { guard, manifest } = release
  const isPseudonymised = [guard.input, guard.document, guard.output].some(({ pii }) => pii === 'pseudonymise')
  return hasDetectors || isPseudonymised || guard.output.grounding !== undefined || manifest.guard?.canaries === true
}

function tailOf({ index: choice, toolCalls, finishReason, stopSequence }: AnswerChoice): readonly ModelEvent[] {
  return [
    ...toolCalls.flatMap((call, index): ModelEvent[] => [
      { kind: 'tool-call', choice, index, id: call.id, name: call.name },
      { kind: 'tool-arguments', choice, index, text: call.arguments },
    ]),
    { kind: 'finish', choice, reason: finishReason, stopSequence },
  ]
}
