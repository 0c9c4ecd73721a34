import { guardText, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { heavier, OBLIGATIONS, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { SidePolicy } from '../../domain/guardrail/guard-policy.ts'
import { StreamGuard } from '../../domain/guardrail/stream-guard.ts'
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
  type AnswerChoice,
  type AnswerHead,
  type AnswerToolCall,
  type FinishReason,
  type ModelEvent,
  type Usage,
} from './model-event.ts'
import { withoutUnfinishedCalls } from './unfinished-calls.ts'

type TextEvent = Extract<ModelEvent, { kind: 'text' | 'refusal' | 'reasoning' }>
type TextKind = TextEvent['kind']
const TEXT_KINDS = ['text', 'refusal'] as const

/** One text that a choice streams: what came, and what of it has left. */
interface TextChannel {
  readonly push: (text: string) => string
  readonly end: () => string
  readonly blockedBy: () => string | undefined
  readonly findings: () => readonly PlacedFinding[]
  readonly action: () => Obligation
  /** What came, as it came. */
  readonly received: () => string
  released: string
}

interface OpenChoice {
  readonly channels: Partial<Record<TextKind, TextChannel>>
  /** Reasoning that has come to its end. Where it is held, there may be several pieces: they are judged as one. */
  readonly ended: TextChannel[]
  readonly calls: Map<number, { id: string; name: string; arguments: string }>
  finish: FinishReason | undefined
  stopSequence?: string | undefined
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

  readonly #isWhole: boolean

  // oxlint-disable-next-line max-params -- a request, its guard, where text goes, and whether any may go before the end
  constructor(
    context: RequestContext,
    ports: DecideCompletionPorts,
    release: (event: ModelEvent) => void,
    isWhole = false,
  ) {
    this.#isWhole = isWhole
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
        this.#usage = { inputTokens: event.inputTokens, outputTokens: event.outputTokens }
        return
      case 'text':
      case 'refusal':
      case 'reasoning':
        return this.#pushText(event)
      default: {
        const choice = this.#choice(event.choice)
        if (choice.finish !== undefined) return
        if (event.kind === 'reasoning-seal') this.#seal(choice, event)
        else if (event.kind === 'finish') this.#finish(choice, event)
        else this.#pushCall(choice, event)
      }
    }
  }

  #choice(index: number): OpenChoice {
    const known = this.#choices.get(index)
    if (known !== undefined) return known
    const opened: OpenChoice = { channels: {}, ended: [], calls: new Map(), finish: undefined }
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
    // SECURITY: clients join all reasoning of a choice. What its guard has let go is over: a value could lie on both sides of the cut.
    if (event.kind === 'reasoning' && choice.ended.length > 0 && !this.#isWhole)
      return void (this.#leftOut += event.text)
    const isFirst = choice.channels[event.kind] === undefined
    const channel = (choice.channels[event.kind] ??= this.#isWhole
      ? heldChannel()
      : textChannel(this.#context.release.guard.output, this.#options))
    // A text that is empty opens the answer: clients wait for it.
    if (event.text === '') return this.#release(event)
    // What is held back must not keep a client waiting for the answer to begin.
    if (isFirst && event.kind === 'text' && !this.#isWhole) this.#release({ ...event, text: '' })
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

  #endReasoning(open: OpenChoice, choice: number): TextChannel | undefined {
    const channel = open.channels.reasoning
    if (channel === undefined) return undefined
    delete open.channels.reasoning
    open.ended.push(channel)
    this.#say({ choice, kind: 'reasoning' }, channel, channel.end())
    return channel
  }

  #seal(open: OpenChoice, event: Extract<ModelEvent, { kind: 'reasoning-seal' }>): void {
    const channel = this.#endReasoning(open, event.choice)
    this.#chars += event.seal.length
    // A seal over reasoning that the guard changed would say what is not so.
    if (channel !== undefined && isUnchanged(channel.action()) && this.#denial === undefined) this.#release(event)
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
    return open.map(([index, choice]) => {
      const reasoning = choice.ended.map((channel) => channel.received()).join('')
      return {
        ...wholeChoice(index, choice),
        text: choice.channels.text?.received() ?? '',
        refusal: choice.channels.refusal?.received() ?? null,
        reasoning: reasoning === '' ? null : { text: reasoning, seal: null },
      }
    })
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

/** Whether reasoning under this obligation left as it came. */
export function isUnchanged(action: Obligation): boolean {
  return OBLIGATIONS.indexOf(action) < OBLIGATIONS.indexOf('redact')
}

/** A control that weighs a text as a whole leaves nothing to hand on before its end. */
function holdsWhole({ injection, content }: SidePolicy): boolean {
  return (injection.action !== 'allow' && injection.action !== 'log') || content !== undefined
}

const placed = (findings: readonly Omit<PlacedFinding, 'where'>[]): readonly PlacedFinding[] =>
  findings.map((finding) => ({ ...finding, where: 'output' }))

function textChannel(policy: SidePolicy, options: GuardOptions): TextChannel {
  if (holdsWhole(policy)) return wholeChannel(policy, options)
  const guard = new StreamGuard(policy, options)
  let all = ''
  return {
    push(text) {
      all += text
      return guard.push(text)
    },
    end: () => guard.end(),
    blockedBy: () => (guard.isWithheld ? (guard.judgement.findings.at(-1)?.detector ?? 'guard/output') : undefined),
    findings: () => placed(guard.judgement.findings),
    action: () => guard.judgement.action,
    received: () => all,
    released: '',
  }
}

/** Hands nothing on: detectors, the vault and the tool results of the conversation are asked once all is there. */
function heldChannel(): TextChannel {
  let held = ''
  return {
    push(text) {
      held += text
      return ''
    },
    end: () => '',
    blockedBy: () => undefined,
    findings: () => [],
    action: () => 'allow',
    received: () => held,
    released: '',
  }
}

function wholeChannel(policy: SidePolicy, options: GuardOptions): TextChannel {
  let held = ''
  let judgement: ReturnType<typeof guardText> | undefined
  const isWithheld = (): boolean => judgement?.action === 'block' || judgement?.action === 'require-approval'
  return {
    push(text) {
      held += text
      return ''
    },
    end() {
      judgement = guardText(held, policy, options)
      return isWithheld() ? '' : judgement.text
    },
    blockedBy: () => (isWithheld() ? (judgement?.findings[0]?.detector ?? 'guard/output') : undefined),
    findings: () => placed(judgement?.findings ?? []),
    action: () => judgement?.action ?? 'allow',
    received: () => held,
    released: '',
  }
}

function channelsOf({ channels, ended }: OpenChoice): readonly TextChannel[] {
  return [...ended, ...Object.values(channels)]
}

function wholeChoice(index: number, { calls, finish, stopSequence, channels }: OpenChoice): AnswerChoice {
  return withoutUnfinishedCalls({
    index,
    text: channels.text?.released ?? '',
    refusal: channels.refusal?.released ?? null,
    // It has left already, and no record keeps it.
    reasoning: null,
    toolCalls: [...calls].toSorted(([left], [right]) => left - right).map(([, call]): AnswerToolCall => call),
    finishReason: finish ?? 'stop',
    stopSequence,
  })
}

function releasedTexts({ channels }: OpenChoice): JudgedChoiceText {
  return { text: channels.text?.released ?? '', refusal: channels.refusal?.released ?? null, reasoning: null }
}

/** What is said of a choice that was held whole. */
export function eventsOfChoice(
  choice: AnswerChoice,
  { text, refusal, reasoning }: JudgedChoiceText,
): readonly ModelEvent[] {
  const { index } = choice
  return [
    ...(reasoning === null || reasoning === '' ? [] : [{ kind: 'reasoning', choice: index, text: reasoning } as const]),
    ...(text === '' ? [] : [{ kind: 'text', choice: index, text } as const]),
    ...(refusal === null || refusal === '' ? [] : [{ kind: 'refusal', choice: index, text: refusal } as const]),
    ...tailOf(choice),
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
