import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'

/** A completion, streamed or not, in the one shape the guard judges. */
export interface Completion {
  readonly id: string
  readonly model: string
  readonly created: number
  readonly choices: readonly CompletionChoice[]
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined
}

export interface CompletionChoice {
  readonly index: number
  readonly text: string
  readonly refusal: string | null
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finishReason: string
}

const toolCall = z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) })
const usage = z.looseObject({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) })

const completion = z.looseObject({
  id: z.string(),
  model: z.string(),
  created: z.number(),
  choices: z
    .array(
      z.looseObject({
        index: z.int().min(0),
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(toolCall).nullish(),
        }),
        finish_reason: z.string(),
      }),
    )
    .min(1)
    .max(8),
  usage: usage.nullish(),
})

/** Undefined when the provider's answer is no chat completion. */
export function parseCompletion(body: unknown): Completion | undefined {
  const parsed = completion.safeParse(body)
  if (!parsed.success) return undefined
  const { id, model, created, choices, usage: used } = parsed.data
  return {
    id,
    model,
    created,
    choices: choices.map(({ index, message, finish_reason: finishReason }) => ({
      index,
      text: message.content ?? '',
      refusal: message.refusal ?? null,
      toolCalls: (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        name: call.function.name,
        arguments: call.function.arguments,
      })),
      finishReason,
    })),
    usage:
      used === null || used === undefined
        ? undefined
        : { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens },
  }
}

const toolCallPart = z.looseObject({
  index: z.int().min(0).max(127),
  id: z.string().optional(),
  function: z.looseObject({ name: z.string().optional(), arguments: z.string().optional() }).optional(),
})

const chunk = z.looseObject({
  id: z.string(),
  model: z.string(),
  created: z.number(),
  choices: z
    .array(
      z.looseObject({
        index: z.int().min(0).max(7),
        delta: z
          .looseObject({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z.array(toolCallPart).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .max(8),
  usage: usage.nullish(),
})

interface AssembledCall {
  id: string
  name: string
  arguments: string
}

const COMPLETION_CHARS_MAX = 4_000_000

/** Puts a stream's chunks together. `finish` gives undefined when the stream broke off. */
export class CompletionAssembler {
  readonly #choices = new Map<
    number,
    {
      text: string
      refusal: string | null
      toolCalls: Map<number, AssembledCall>
      finishReason: string | null
    }
  >()
  #head: { id: string; model: string; created: number } | undefined
  #usage: Completion['usage']
  #chars = 0

  /** False when the data is no chunk or the answer grows beyond its bound. */
  add(data: unknown): boolean {
    const parsed = chunk.safeParse(data)
    if (!parsed.success) return false
    const { id, model, created, choices, usage: used } = parsed.data
    this.#head ??= { id, model, created }
    if (used !== null && used !== undefined)
      this.#usage = { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens }
    for (const choice of choices) this.#addChoice(choice)
    return this.#chars <= COMPLETION_CHARS_MAX
  }

  #addChoice({ index, delta, finish_reason: finishReason }: z.infer<typeof chunk>['choices'][number]): void {
    const choice = this.#choices.get(index) ?? { text: '', refusal: null, toolCalls: new Map(), finishReason: null }
    this.#choices.set(index, choice)
    choice.finishReason ??= finishReason ?? null
    if (delta === null || delta === undefined) return
    const { content, refusal, tool_calls: parts } = delta
    choice.text += content ?? ''
    if (typeof refusal === 'string') choice.refusal = (choice.refusal ?? '') + refusal
    for (const part of parts ?? []) this.#addToolCall(choice.toolCalls, part)
    this.#chars += (content?.length ?? 0) + (refusal?.length ?? 0)
  }

  #addToolCall(calls: Map<number, AssembledCall>, { index, id, function: piece }: z.infer<typeof toolCallPart>): void {
    const call = calls.get(index) ?? { id: '', name: '', arguments: '' }
    call.id ||= id ?? ''
    call.name ||= piece?.name ?? ''
    call.arguments += piece?.arguments ?? ''
    this.#chars += piece?.arguments?.length ?? 0
    calls.set(index, call)
  }

  finish(): Completion | undefined {
    if (this.#head === undefined || this.#choices.size === 0) return undefined
    const choices: CompletionChoice[] = []
    for (const [index, { text, refusal, toolCalls, finishReason }] of this.#choices) {
      if (finishReason === null) return undefined
      choices.push({ index, text, refusal, toolCalls: [...toolCalls.values()], finishReason })
    }
    return { ...this.#head, choices: choices.toSorted((left, right) => left.index - right.index), usage: this.#usage }
  }
}

/** The completion as a JSON reply. */
export function completionBody({ id, model, created, choices, usage: used }: Completion): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: choices.map((choice) => ({
      index: choice.index,
      message: {
        role: 'assistant',
        content: choice.toolCalls.length > 0 && choice.text === '' ? null : choice.text,
        refusal: choice.refusal,
        ...(choice.toolCalls.length > 0 ? { tool_calls: choice.toolCalls.map(wireToolCall) } : {}),
      },
      logprobs: null,
      finish_reason: choice.finishReason,
    })),
    ...(used === undefined ? {} : { usage: wireUsage(used) }),
  }
}

function wireToolCall(call: { readonly id: string; readonly name: string; readonly arguments: string }): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function wireUsage({
  inputTokens,
  outputTokens,
}: {
  readonly inputTokens: number
  readonly outputTokens: number
}): JsonObject {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
}

/** Characters per text chunk that is sent on. */
const CHUNK_CHARS = 200

/** The completion as stream chunks in the order clients expect: role, text, tool calls, finish, usage if asked for. */
export function* completionChunks(
  { id, model, created, choices, usage: used }: Completion,
  includeUsage: boolean,
): Generator<JsonObject> {
  const chunkOf = (choice: readonly JsonObject[], extra: JsonObject = {}): JsonObject => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: choice,
    ...extra,
  })
  for (const { index, text, refusal, toolCalls, finishReason } of choices) {
    yield chunkOf([{ index, delta: { role: 'assistant', content: '' }, finish_reason: null }])
    for (let from = 0; from < text.length; from += CHUNK_CHARS) {
      // A surrogate pair is never split over two chunks.
      const end = /[\ud800-\udbff]/.test(text.charAt(from + CHUNK_CHARS - 1))
        ? from + CHUNK_CHARS + 1
        : from + CHUNK_CHARS
      yield chunkOf([{ index, delta: { content: text.slice(from, end) }, finish_reason: null }])
      from = end - CHUNK_CHARS
    }
    if (refusal !== null) yield chunkOf([{ index, delta: { refusal }, finish_reason: null }])
    for (const [position, call] of toolCalls.entries())
      yield chunkOf([
        { index, delta: { tool_calls: [{ index: position, ...wireToolCall(call) }] }, finish_reason: null },
      ])
    yield chunkOf([{ index, delta: {}, finish_reason: finishReason }])
  }
  if (includeUsage && used !== undefined) yield chunkOf([], { usage: wireUsage(used) })
}
