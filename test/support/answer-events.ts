import {
  usageIn,
  type ModelAnswer,
  type ModelEvent,
  type ReasoningBlock,
} from '../../src/application/gateway/model-event.ts'
import type { ModelRequest } from '../../src/application/gateway/model-request.ts'
import type { StreamEncoder } from '../../src/contract/wire/client-codec.ts'
import type { EventDecoder } from '../../src/contract/wire/event-decoder.ts'

/** The events of an answer, in the order in which a judged stream gives them. */
export function eventsOf({ id, model, created, choices, usage }: ModelAnswer): readonly ModelEvent[] {
  return [
    { kind: 'start', id, model, created },
    ...choices.flatMap(({ index: choice, text, refusal, reasoning, toolCalls, finishReason }): ModelEvent[] => [
      ...reasoning.flatMap((block): ModelEvent[] =>
        block.kind === 'opaque'
          ? [{ kind: 'reasoning-opaque', choice, data: block.data }]
          : [
              ...(block.text === '' ? [] : [{ kind: 'reasoning', choice, text: block.text } as const]),
              ...(block.seal === null ? [] : [{ kind: 'reasoning-seal', choice, seal: block.seal } as const]),
            ],
      ),
      { kind: 'text', choice, text },
      ...(refusal === null ? [] : [{ kind: 'refusal', choice, text: refusal } as const]),
      ...toolCalls.flatMap((call, index): ModelEvent[] => [
        { kind: 'tool-call', choice, index, id: call.id, name: call.name },
        { kind: 'tool-arguments', choice, index, text: call.arguments },
      ]),
      { kind: 'finish', choice, reason: finishReason },
    ]),
    ...(usage === undefined ? [] : [{ kind: 'usage', ...usage } as const]),
  ]
}

/** The answer that events add up to. */
export function answerOf(events: readonly ModelEvent[]): ModelAnswer {
  const head = events.find((event) => event.kind === 'start')
  const usage = events.findLast((event) => event.kind === 'usage')
  const indexes = [...new Set(events.flatMap((event) => ('choice' in event ? [event.choice] : [])))].toSorted(
    (left, right) => left - right,
  )
  const own = (choice: number): ModelEvent[] => events.filter((event) => 'choice' in event && event.choice === choice)
  const said = (choice: number, kind: string): string | null => {
    const texts = own(choice).flatMap((event) => (event.kind === kind && 'text' in event ? [event.text] : []))
    return texts.length === 0 ? null : texts.join('')
  }
  return {
    id: head?.id ?? '',
    model: head?.model ?? '',
    created: head?.created ?? 0,
    choices: indexes.map((index) => ({
      index,
      text: said(index, 'text') ?? '',
      refusal: said(index, 'refusal'),
      reasoning: reasoningOf(own(index)),
      toolCalls: own(index).flatMap((event) =>
        event.kind === 'tool-call'
          ? [
              {
                id: event.id,
                name: event.name,
                arguments: own(index)
                  .flatMap((part) => (part.kind === 'tool-arguments' && part.index === event.index ? [part.text] : []))
                  .join(''),
              },
            ]
          : [],
      ),
      finishReason: own(index).flatMap((event) => (event.kind === 'finish' ? [event.reason] : []))[0] ?? 'stop',
    })),
    usage: usage === undefined ? undefined : usageIn(usage),
  }
}

/** A seal ends a block, and so does a block that nobody reads. */
function reasoningOf(events: readonly ModelEvent[]): readonly ReasoningBlock[] {
  const blocks: ReasoningBlock[] = []
  for (const event of events) {
    const last = blocks.at(-1)
    const isOpen = last?.kind === 'text' && last.seal === null
    if (event.kind === 'reasoning-opaque') blocks.push({ kind: 'opaque', data: event.data })
    if (event.kind !== 'reasoning' && event.kind !== 'reasoning-seal') continue
    if (isOpen) blocks.pop()
    const before = isOpen ? last.text : ''
    blocks.push(
      event.kind === 'reasoning-seal'
        ? { kind: 'text', text: before, seal: event.seal }
        : { kind: 'text', text: before + event.text, seal: null },
    )
  }
  return blocks
}

/** The `data` of each event of a stream's text. */
export function dataOf(text: string): readonly string[] {
  return text
    .split('\n\n')
    .flatMap((event) => event.split('\n'))
    .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
}

/** Encodes an answer for a client and reads it as a provider's stream; undefined where it cannot be read. */
export function throughWire(
  answer: ModelAnswer,
  encoder: StreamEncoder,
  decoder: EventDecoder,
): ModelAnswer | undefined {
  const text = eventsOf(answer)
    .map((event) => encoder.event(event))
    .join('')
  const events: ModelEvent[] = []
  for (const data of dataOf(text + encoder.end())) if (!decoder.push(data, events)) return undefined
  return answerOf(events)
}

export const REQUEST: ModelRequest = {
  protocol: 'openai-chat',
  model: 'model-a',
  messages: [],
  tools: [],
  choices: 1,
  isStream: true,
  includeUsage: true,
  settings: {},
  extra: {},
}
