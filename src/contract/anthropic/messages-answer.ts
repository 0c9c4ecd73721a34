import { z } from 'zod'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import type { AnswerFrame } from '../wire/client-codec.ts'
import { TOOL_CALLS_MAX, type ModelAnswer, type ReasoningBlock } from '../../application/gateway/model-event.ts'
import { inputUsage, messagesUsage } from './messages-usage.ts'
import { finishOfStop, stopFields, stopSequenceOf } from './stop-reason.ts'

const count = z.int().min(0)
const answer = z.looseObject({
  id: z.string(),
  type: z.literal('message'),
  model: z.string(),
  content: z
    .array(
      z.discriminatedUnion('type', [
        z.looseObject({ type: z.literal('text'), text: z.string() }),
        z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
        z.looseObject({ type: z.literal('redacted_thinking'), data: z.string().nullish() }),
        z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.json() }),
      ]),
    )
    .max(1_000),
  stop_reason: z.string(),
  stop_sequence: z.string().nullish(),
  usage: z.looseObject({
    input_tokens: count,
    output_tokens: count,
    cache_creation_input_tokens: count.nullish(),
    cache_read_input_tokens: count.nullish(),
  }),
})

/** Undefined when the provider's answer is no message, or holds a block that no guard reads. */
export function parseMessagesAnswer(body: unknown): ModelAnswer | undefined {
  const parsed = answer.safeParse(body)
  if (!parsed.success) return undefined
  const { id, model, content, stop_reason: stopReason, stop_sequence: stopSequence, usage } = parsed.data
  const calls = content.filter((block) => block.type === 'tool_use')
  if (calls.length > TOOL_CALLS_MAX) return undefined
  // SECURITY: what had come of the input of an unfinished call is closed to be JSON, and may well fit its schema.
  const isCutWithinCall = finishOfStop(stopReason) === 'length' && content.at(-1)?.type === 'tool_use'
  return {
    id,
    model,
    created: 0,
    choices: [
      {
        index: 0,
        text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
        refusal: null,
        reasoning: content.flatMap((block): ReasoningBlock[] => {
          if (block.type === 'thinking') return [{ kind: 'text', text: block.thinking, seal: block.signature ?? null }]
          const data = block.type === 'redacted_thinking' ? block.data : undefined
          return typeof data === 'string' ? [{ kind: 'opaque', data }] : []
        }),
        toolCalls: calls
          .slice(0, isCutWithinCall ? -1 : undefined)
          .map((call) => ({ id: call.id, name: call.name, arguments: JSON.stringify(call.input) })),
        finishReason: finishOfStop(stopReason),
        stopSequence: stopSequenceOf(stopReason, stopSequence),
      },
    ],
    usage: { ...inputUsage(usage), outputTokens: usage.output_tokens },
  }
}

const ARGUMENTS_CHARS_MAX = 1_000_000

/** The answer as an Anthropic message. Of several choices there is one: no request of this protocol asks for more. */
export function messagesAnswerBody({ id, model, choices, usage }: ModelAnswer, { request }: AnswerFrame): JsonObject {
  const [choice] = choices
  const {
    text = '',
    refusal = null,
    reasoning = [],
    toolCalls = [],
    finishReason = 'stop',
    stopSequence,
  } = choice ?? {}
  const content: JsonObject[] = [
    ...reasoning.map(thinkingBlock),
    // SECURITY: text and refusal are judged apart, so they stand apart.
    ...[text, refusal ?? '']
      .filter((said) => said !== '')
      .map((said) => ({ type: 'text', text: said, citations: null })),
    ...toolCalls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: inputOf(call.arguments) })),
  ]
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content,
    ...stopFields({ reason: finishReason, isRefusal: refusal !== null && refusal !== '', stopSequence }, request),
    usage: messagesUsage(usage ?? { inputTokens: 0, outputTokens: 0 }),
  }
}

function thinkingBlock(block: ReasoningBlock): JsonObject {
  return block.kind === 'opaque'
    ? { type: 'redacted_thinking', data: block.data }
    : { type: 'thinking', thinking: block.text, signature: block.seal ?? '' }
}

/** Arguments that no JSON object is made of never come here: the call is denied. */
function inputOf(text: string): JsonObject {
  const input = parseJson(text === '' ? '{}' : text, ARGUMENTS_CHARS_MAX)
  return input.ok && isJsonObject(input.value) ? input.value : {}
}
