import { z } from 'zod'
import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import {
  partedText,
  type ContentPart,
  type ModelMessage,
  type ModelRequest,
  type PartedText,
  type ToolChoice,
} from '../../application/gateway/model-request.ts'
import type { AnswerToolCall } from '../../application/gateway/model-event.ts'
import { failureOf, fieldGate, tooDeep, unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'
import { REFUSED_IN_RESPONSES } from './refused-fields.ts'

const TEXT_MAX = 1_000_000
const DATA_MAX = 4_000_000
const PARTS_MAX = 200

const inputText = z.looseObject({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string().max(TEXT_MAX) })
const refusalPart = z.looseObject({ type: z.literal('refusal'), refusal: z.string().max(TEXT_MAX) })
const inputImage = z.looseObject({
  type: z.literal('input_image'),
  image_url: z.string().max(DATA_MAX),
  detail: z.enum(['low', 'high', 'auto']).nullish(),
})
const part = z.discriminatedUnion('type', [inputText, refusalPart, inputImage])
/** What the protocol has for messages only: beside another type it would say two things of one item. */
const absent = z.never().optional()
const messageItem = z.looseObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string().max(TEXT_MAX), z.array(part).max(PARTS_MAX)]),
})
const callItem = z.looseObject({
  type: z.literal('function_call'),
  call_id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  arguments: z.string().max(TEXT_MAX),
  role: absent,
  content: absent,
})
const outputItem = z.looseObject({
  type: z.literal('function_call_output'),
  call_id: z.string().min(1).max(200),
  output: z.union([z.string().max(TEXT_MAX), z.array(inputText).max(PARTS_MAX)]),
  role: absent,
  content: absent,
})
/** What the model thought before: told again by itself, its content read by nobody, and left out. */
const reasoningItem = z.looseObject({ type: z.literal('reasoning'), role: absent })
/** SECURITY: the client picks the members of an item; its type alone says by which schema it is read. */
const item = z.discriminatedUnion('type', [callItem, outputItem, reasoningItem, messageItem])

const format = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string().max(64),
    schema: z.record(z.string(), z.json()),
    description: z.string().max(20_000).nullish(),
    strict: z.boolean().nullish(),
  }),
])

const request = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string().max(TEXT_MAX), z.array(item).min(1).max(2_000)]),
  instructions: z.string().max(TEXT_MAX).nullish(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        name: z.string().min(1).max(200),
        description: z.string().max(20_000).nullish(),
        parameters: z.record(z.string(), z.json()).nullish(),
        strict: z.boolean().nullish(),
      }),
    )
    .max(200)
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({ type: z.literal('function'), name: z.string().min(1).max(200) }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  // Reasoning is not handed out sealed: what is asked for of it cannot be given, and harms nobody.
  include: z.array(z.literal('reasoning.encrypted_content')).nullish(),
  text: z.looseObject({ format: format.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() }).nullish(),
  reasoning: z.looseObject({ effort: z.string().max(20).nullish() }).nullish(),
  truncation: z.literal('disabled').nullish(),
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  prompt_cache_key: z.string().max(512).nullish(),
  service_tier: z.string().max(40).nullish(),
})

const refusedIn = fieldGate(REFUSED_IN_RESPONSES, Object.keys(request.shape))

type Wire = z.infer<typeof request>

/** From the body of `POST /v1/responses` to a request; the provider is asked for a chat completion. */
export function parseResponsesRequest(body: unknown): Result<ModelRequest, WireFailure> {
  const deep = tooDeep(body)
  if (deep !== undefined) return fail(deep)
  const tool = providerTool(body)
  if (tool !== undefined) return fail(unsupportedParameter(tool))
  const parsed = request.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const refused = refusedIn(body as JsonObject)
  if (refused !== undefined) return fail(unsupportedParameter(refused))
  const { data } = parsed
  const extra = extraOf(data)
  return ok({
    protocol: 'openai-responses',
    model: data.model,
    messages: messagesOf(data),
    tools: (data.tools ?? []).map(({ name, description, parameters, strict }) => ({
      name,
      ...(description === null || description === undefined ? {} : { description }),
      ...(strict === null || strict === undefined ? {} : { strict }),
      parameters: (parameters ?? { type: 'object', properties: {} }) as JsonObject,
    })),
    choices: 1,
    isStream: data.stream === true,
    includeUsage: true,
    settings: {
      maxTokens: data.max_output_tokens ?? undefined,
      temperature: data.temperature ?? undefined,
      topP: data.top_p ?? undefined,
      toolChoice: toToolChoice(data.tool_choice),
      parallelToolCalls: data.parallel_tool_calls ?? undefined,
    },
    extra,
    // All else that is handed on says nothing of it.
    ...(extra['response_format'] === undefined ? {} : { isFormed: true }),
  })
}

/** A tool that the provider would run by itself, named so that the client reads why. */
function providerTool(body: unknown): string | undefined {
  const tools = typeof body === 'object' && body !== null && 'tools' in body ? body.tools : undefined
  if (!Array.isArray(tools)) return undefined
  const index = (tools as readonly unknown[]).findIndex(
    (tool) => typeof tool === 'object' && tool !== null && 'type' in tool && tool.type !== 'function',
  )
  return index < 0 ? undefined : `tools.${index}.type`
}

function toToolChoice(choice: Wire['tool_choice']): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined
  return typeof choice === 'string' ? choice : { name: choice.name }
}

/** The same things in the words of chat completions. */
function extraOf({ text, reasoning, ...data }: Wire): JsonObject {
  const passed = ['user', 'safety_identifier', 'prompt_cache_key', 'service_tier'] as const
  const form = text?.format
  return {
    ...Object.fromEntries(passed.flatMap((name) => (typeof data[name] === 'string' ? [[name, data[name]]] : []))),
    ...(typeof reasoning?.effort === 'string' ? { reasoning_effort: reasoning.effort } : {}),
    ...(typeof text?.verbosity === 'string' ? { verbosity: text.verbosity } : {}),
    ...(form === null || form === undefined || form.type === 'text' ? {} : { response_format: formatOf(form) }),
  }
}

function formatOf(form: z.infer<typeof format>): Json {
  if (form.type !== 'json_schema') return { type: form.type }
  const { name, schema, description, strict } = form
  return {
    type: 'json_schema',
    json_schema: {
      name,
      schema,
      ...(typeof description === 'string' ? { description } : {}),
      ...(typeof strict === 'boolean' ? { strict } : {}),
    },
  }
}

function messagesOf({ instructions, input }: Wire): readonly ModelMessage[] {
  const messages: ModelMessage[] = typeof instructions === 'string' ? [{ role: 'system', text: instructions }] : []
  if (typeof input === 'string') return [...messages, { role: 'user', parts: [{ kind: 'text', text: input }] }]
  for (const entry of input) addItem(messages, entry)
  return messages
}

function addItem(messages: ModelMessage[], entry: z.infer<typeof item>): void {
  switch (entry.type) {
    case 'function_call':
      return addCall(messages, entry)
    case 'function_call_output':
      return void messages.push({ role: 'tool', callId: entry.call_id, ...textOf(entry.output), isError: false })
    case 'reasoning':
      return
    default:
      messages.push(toMessage(entry))
  }
}

/** Calls that follow each other were one turn of the model. */
function addCall(messages: ModelMessage[], { call_id: id, name, arguments: args }: z.infer<typeof callItem>): void {
  const call: AnswerToolCall = { id, name, arguments: args }
  const last = messages.at(-1)
  if (last?.role === 'assistant') messages[messages.length - 1] = { ...last, toolCalls: [...last.toolCalls, call] }
  else messages.push({ role: 'assistant', text: '', reasoning: [], toolCalls: [call] })
}

function toMessage({ role, content }: z.infer<typeof messageItem>): ModelMessage {
  switch (role) {
    case 'user':
      return { role: 'user', parts: partsOf(content) }
    case 'assistant':
      return { role: 'assistant', ...textOf(content), reasoning: [], toolCalls: [] }
    case 'system':
    case 'developer':
      return { role, ...textOf(content) }
  }
}

function textOf(content: string | readonly z.infer<typeof part>[]): PartedText {
  if (typeof content === 'string') return { text: content }
  const said = content.flatMap((one) => ('text' in one ? [one.text] : 'refusal' in one ? [one.refusal] : []))
  return partedText(said.map((text) => ({ kind: 'text', text: text as string })))
}

function partsOf(content: z.infer<typeof messageItem>['content']): readonly ContentPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  return content.map((one): ContentPart => {
    switch (one.type) {
      case 'input_image':
        return { kind: 'image', url: one.image_url as string, detail: one.detail ?? undefined }
      case 'refusal':
        return { kind: 'text', text: one.refusal as string }
      default:
        return { kind: 'text', text: one.text as string }
    }
  })
}
