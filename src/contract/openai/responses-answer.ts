import type { JsonObject } from '../../base/json.ts'
import {
  textOfReasoning,
  type AnswerToolCall,
  type FinishReason,
  type ModelAnswer,
  type Usage,
} from '../../application/gateway/model-event.ts'
import type { AnswerFrame } from '../wire/client-codec.ts'

/** The answer as an object of the responses API. Nothing of it is kept: `store` is always false. */
export function responsesAnswerBody({ model, created, choices, usage }: ModelAnswer, frame: AnswerFrame): JsonObject {
  const [choice] = choices
  const { text = '', refusal = null, reasoning = [], toolCalls = [], finishReason = 'stop' } = choice ?? {}
  const thought = textOfReasoning(reasoning)
  const ids = new ItemIds(frame.requestId)
  const output: JsonObject[] = [
    ...(thought === undefined ? [] : [reasoningItem(ids.next('rs'), thought)]),
    ...(text === '' && refusal === null ? [] : [messageItem(ids.next('msg'), contentOf(text, refusal))]),
    ...toolCalls.map((call) => callItem(ids.next('fc'), call)),
  ]
  return responseObject(frame, { model, created, output, finishReason, usage })
}

/** Ids of the parts of one response, in their order. */
export class ItemIds {
  readonly #requestId: string
  #count = 0

  constructor(requestId: string) {
    this.#requestId = requestId
  }

  next(prefix: 'rs' | 'msg' | 'fc'): string {
    return `${prefix}_${this.#requestId}_${this.#count++}`
  }
}

export interface ResponseParts {
  readonly model: string
  readonly created: number
  readonly output: readonly JsonObject[]
  /** Undefined while it is under way. */
  readonly finishReason: FinishReason | undefined
  readonly usage: Usage | undefined
}

export function responseObject(
  { requestId, request }: AnswerFrame,
  { model, created, output, finishReason, usage }: ResponseParts,
): JsonObject {
  const { settings, tools } = request
  const { toolChoice = 'auto' } = settings
  const isCut = finishReason === 'length' || finishReason === 'content_filter'
  return {
    id: `resp_${requestId}`,
    object: 'response',
    created_at: created,
    status: finishReason === undefined ? 'in_progress' : isCut ? 'incomplete' : 'completed',
    background: false,
    error: null,
    incomplete_details: isCut ? { reason: finishReason === 'length' ? 'max_output_tokens' : 'content_filter' } : null,
    instructions: null,
    max_output_tokens: settings.maxTokens ?? null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: settings.parallelToolCalls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: settings.temperature ?? null,
    text: { format: { type: 'text' } },
    tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', name: toolChoice.name },
    tools: tools.map(({ name, description, parameters, strict }) => ({
      type: 'function',
      name,
      description: description ?? null,
      parameters,
      strict: strict ?? null,
    })),
    top_p: settings.topP ?? null,
    truncation: 'disabled',
    usage: usage === undefined ? null : responsesUsage(usage),
  }
}

export function contentOf(text: string, refusal: string | null): readonly JsonObject[] {
  return [
    ...(text === '' && refusal !== null ? [] : [{ type: 'output_text', text, annotations: [], logprobs: [] }]),
    ...(refusal === null ? [] : [{ type: 'refusal', refusal }]),
  ]
}

export function messageItem(id: string, content: readonly JsonObject[], status = 'completed'): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content }
}

export function callItem(id: string, call: AnswerToolCall, status = 'completed'): JsonObject {
  return { id, type: 'function_call', status, call_id: call.id, name: call.name, arguments: call.arguments }
}

export function reasoningItem(id: string, text: string | undefined): JsonObject {
  return {
    id,
    type: 'reasoning',
    summary: [],
    content: text === undefined ? [] : [{ type: 'reasoning_text', text }],
  }
}

function responsesUsage({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage): JsonObject {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedInputTokens ?? 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
    total_tokens: inputTokens + outputTokens,
  }
}
