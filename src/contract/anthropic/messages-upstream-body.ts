import { isJsonObject, parseJson, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type {
  CacheLife,
  ContentPart,
  ModelMessage,
  ModelRequest,
  PartedText,
} from '../../application/gateway/model-request.ts'
import { unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'

const ARGUMENTS_CHARS_MAX = 1_000_000
/** Anthropic asks for a bound where OpenAI has one of its own. */
const MAX_TOKENS = 4_096

type Block = { readonly [key: string]: Json | undefined }

/** A judged request as Anthropic takes it, built anew from what was judged. */
export function messagesUpstreamBody(request: ModelRequest): Result<JsonObject, WireFailure> {
  const fields = request.protocol === 'anthropic-messages' ? ok(request.extra) : translated(request)
  if (!fields.ok) return fields
  const turns = turnsOf(request.messages)
  if (!turns.ok) return turns
  const systems = request.messages.filter(isSystem)
  return ok({
    ...fields.value,
    model: request.model,
    ...(systems.length === 0 ? {} : { system: systemOf(systems) }),
    messages: turns.value,
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(wireTool) }),
    ...(request.isStream ? { stream: true } : {}),
  })
}

/** What OpenAI's fields say that nothing here can say. */
const LOST = ['logprobs', 'top_logprobs', 'logit_bias', 'response_format', 'audio', 'verbosity'] as const

function translated(request: ModelRequest): Result<JsonObject, WireFailure> {
  const { settings, extra, choices } = request
  if (choices > 1) return fail(unsupportedParameter('n'))
  const lost = LOST.find((name) => extra[name] !== undefined && extra[name] !== null && extra[name] !== false)
  if (lost !== undefined && !isPlainText(extra[lost])) return fail(unsupportedParameter(lost))
  const { maxTokens = MAX_TOKENS, temperature, topP, stop } = settings
  return ok({
    max_tokens: maxTokens,
    // The scales differ: 0 to 2 there, 0 to 1 here.
    ...(temperature === undefined ? {} : { temperature: Math.min(1, temperature) }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined ? {} : { stop_sequences: [...stop] }),
    ...toolChoiceOf(request),
  })
}

/** `response_format: { type: 'text' }` asks for nothing. */
function isPlainText(value: Json | undefined): boolean {
  return isJsonObject(value) && value['type'] === 'text'
}

function toolChoiceOf({ settings, tools }: ModelRequest): JsonObject {
  const { toolChoice, parallelToolCalls } = settings
  if (tools.length === 0 || (toolChoice === undefined && parallelToolCalls === undefined)) return {}
  const choice =
    typeof toolChoice === 'object'
      ? { type: 'tool', name: toolChoice.name }
      : { type: toolChoice === 'required' ? 'any' : (toolChoice ?? 'auto') }
  const mayNotBeParallel = parallelToolCalls === false && choice.type !== 'none'
  return { tool_choice: { ...choice, ...(mayNotBeParallel ? { disable_parallel_tool_use: true } : {}) } }
}

function wireTool({ name, description, parameters, strict, cache }: ModelRequest['tools'][number]): JsonObject {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: parameters,
    ...(strict === undefined ? {} : { strict }),
    ...cacheControl(cache),
  }
}

function cacheControl(cache: CacheLife | undefined): JsonObject {
  return cache === undefined ? {} : { cache_control: { type: 'ephemeral', ttl: cache } }
}

function systemOf(systems: readonly SystemMessage[]): string | JsonObject[] {
  const [only] = systems
  if (systems.length === 1 && only !== undefined && only.parts === undefined) return only.text
  return systems.flatMap(textBlocks)
}

/** An empty text block is an error there, and says nothing. */
function textBlocks({ text, parts }: PartedText): JsonObject[] {
  return (parts ?? [{ text, cache: undefined }])
    .filter((part) => part.text !== '')
    .map((part) => ({ type: 'text', text: part.text, ...cacheControl(part.cache) }))
}

type SystemMessage = Extract<ModelMessage, { role: 'system' | 'developer' }>

function isSystem(message: ModelMessage): message is SystemMessage {
  return message.role === 'system' || message.role === 'developer'
}

/** Results of tools and what the user says after them are one turn: parallel calls are answered together. */
function turnsOf(messages: readonly ModelMessage[]): Result<JsonObject[], WireFailure> {
  const turns: { role: 'user' | 'assistant'; content: Block[] }[] = []
  for (const message of messages) {
    if (isSystem(message)) continue
    const blocks = blocksOf(message)
    if (!blocks.ok) return blocks
    if (blocks.value.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocks.value)
    else turns.push({ role, content: [...blocks.value] })
  }
  return ok(turns)
}

function blocksOf(message: Exclude<ModelMessage, SystemMessage>): Result<readonly Block[], WireFailure> {
  switch (message.role) {
    case 'user':
      return userBlocks(message.parts)
    case 'tool':
      return ok([
        {
          type: 'tool_result',
          tool_use_id: toolId(message.callId),
          content: message.parts === undefined ? message.text : textBlocks(message),
          ...(message.isError ? { is_error: true } : {}),
          ...cacheControl(message.cache),
        },
      ])
    case 'assistant':
      return assistantBlocks(message)
  }
}

function userBlocks(parts: readonly ContentPart[]): Result<readonly Block[], WireFailure> {
  const blocks: Block[] = []
  for (const part of parts) {
    if (part.kind === 'audio')
      return fail({
        status: 400,
        code: 'unsupported_content',
        message: 'the provider takes no audio',
        param: 'messages',
      })
    // An empty text block is an error there, and says nothing.
    if (part.kind === 'text' && part.text === '') continue
    const block =
      part.kind === 'text' ? { type: 'text', text: part.text } : { type: 'image', source: imageSource(part.url) }
    blocks.push({ ...block, ...cacheControl(part.cache) })
  }
  return ok(blocks)
}

function imageSource(url: string): JsonObject {
  const data = /^data:(image\/[a-z]+);base64,/.exec(url)
  if (data === null) return { type: 'url', url }
  return { type: 'base64', media_type: data[1] ?? '', data: url.slice(data[0].length) }
}

function assistantBlocks(message: Extract<ModelMessage, { role: 'assistant' }>): Result<readonly Block[], WireFailure> {
  const blocks: Block[] = []
  for (const thought of message.reasoning)
    if (thought.kind === 'opaque') blocks.push({ type: 'redacted_thinking', data: thought.data })
    else if (thought.seal !== null) blocks.push({ type: 'thinking', thinking: thought.text, signature: thought.seal })
  blocks.push(...textBlocks(message))
  for (const call of message.toolCalls) {
    const input = parseJson(call.arguments === '' ? '{}' : call.arguments, ARGUMENTS_CHARS_MAX)
    if (!input.ok || !isJsonObject(input.value))
      return fail({
        status: 400,
        code: 'invalid_request',
        message: 'the arguments of an earlier tool call are no JSON object',
        param: 'messages',
      })
    blocks.push({
      type: 'tool_use',
      id: toolId(call.id),
      name: call.name,
      input: input.value,
      ...cacheControl(call.cache),
    })
  }
  return ok(blocks)
}

/** Ids of other providers hold characters that Anthropic refuses. */
function toolId(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_')
}
