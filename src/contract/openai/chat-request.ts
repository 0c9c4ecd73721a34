import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { CHOICES_MAX } from '../../application/gateway/model-event.ts'
import {
  partedText,
  type ContentPart,
  type ModelMessage,
  type ModelRequest,
  type PartedText,
  type ToolChoice,
} from '../../application/gateway/model-request.ts'
import { asksForForm } from '../wire/asked-form.ts'
import { failureOf, fieldGate, tooDeep, unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'
import { FORMLESS_SETTINGS } from './formless-settings.ts'
import { REFUSED_IN_CHAT } from './refused-fields.ts'
import { usualChatRequest } from './usual-chat-request.ts'

const TEXT_MAX = 1_000_000
/** Base64 of an image or a recording; the body's own bound is near. */
const DATA_MAX = 4_000_000
const PARTS_MAX = 200

const textPart = z.looseObject({ type: z.literal('text'), text: z.string().max(TEXT_MAX) })
const text = z.union([z.string().max(TEXT_MAX), z.array(textPart).min(1).max(PARTS_MAX)])
const userPart = z.discriminatedUnion('type', [
  textPart,
  z.looseObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: z.string().max(DATA_MAX), detail: z.enum(['low', 'high', 'auto']).nullish() }),
  }),
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.string().max(DATA_MAX), format: z.enum(['wav', 'mp3']) }),
  }),
])
const userContent = z.union([z.string().max(TEXT_MAX), z.array(userPart).min(1).max(PARTS_MAX)])
const assistantPart = z.discriminatedUnion('type', [
  textPart,
  z.looseObject({ type: z.literal('refusal'), refusal: z.string().max(TEXT_MAX) }),
])
const assistantContent = z.union([z.string().max(TEXT_MAX), z.array(assistantPart).max(PARTS_MAX)])
const functionCall = z.strictObject({
  id: z.string().min(1).max(200),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1).max(200), arguments: z.string().max(TEXT_MAX) }),
})

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: text }),
  z.looseObject({ role: z.literal('developer'), content: text }),
  z.looseObject({ role: z.literal('user'), content: userContent }),
  z.looseObject({
    role: z.literal('assistant'),
    content: assistantContent.nullish(),
    refusal: z.string().max(TEXT_MAX).nullish(),
    tool_calls: z.array(functionCall).max(100).nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string().min(1).max(200), content: text }),
])

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1).max(200),
    description: z.string().max(20_000).optional(),
    parameters: z.record(z.string(), z.json()).optional(),
    strict: z.boolean().nullish(),
  }),
})

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string().min(1).max(200) }) }),
])

const request = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(message).min(1).max(2_000),
  tools: z.array(tool).max(200).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  n: z.int().min(1).max(CHOICES_MAX).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop: z.union([z.string().max(1_000), z.array(z.string().max(1_000)).max(16)]).nullish(),
})

const refusedIn = fieldGate(REFUSED_IN_CHAT, Object.keys(request.shape))

/** What the request builder writes anew; everything else is handed on as it came, once it is judged. */
const REBUILT = new Set(['model', 'messages', 'tools', 'stream', 'stream_options'])

const TWO_BOUNDS: WireFailure = {
  status: 400,
  code: 'invalid_request',
  message: '`max_tokens` and `max_completion_tokens` are two words for one bound: give one of them',
  param: 'max_tokens',
}

const isGiven = (bound: number | null | undefined): boolean => bound !== undefined && bound !== null

/** From a JSON body to a request, or the 400 that an OpenAI client understands. */
export function parseChatRequest(body: unknown): Result<ModelRequest, WireFailure> {
  const usual = usualChatRequest(body)
  return usual === undefined ? parseBySchema(body) : ok(usual)
}

/** The same of any body. */
export function parseBySchema(body: unknown): Result<ModelRequest, WireFailure> {
  const deep = tooDeep(body)
  if (deep !== undefined) return fail(deep)
  const parsed = request.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const refused = refusedIn(body as JsonObject)
  if (refused !== undefined) return fail(unsupportedParameter(refused))
  const { data } = parsed
  // SECURITY: what is reserved is one bound, and which of two a provider keeps is its own choice. OpenAI refuses both, too.
  if (isGiven(data.max_tokens) && isGiven(data.max_completion_tokens)) return fail(TWO_BOUNDS)
  const extra = Object.fromEntries(
    Object.entries(body as JsonObject).filter(([name, value]) => !REBUILT.has(name) && value !== undefined),
  )
  return ok({
    protocol: 'openai-chat',
    model: data.model,
    messages: data.messages.map(toMessage),
    tools: (data.tools ?? []).map(({ function: { name, parameters, description, strict } }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...(strict === undefined || strict === null ? {} : { strict }),
      parameters: (parameters ?? { type: 'object', properties: {} }) as JsonObject,
    })),
    choices: data.n ?? 1,
    isStream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
    settings: settingsOf(data),
    extra,
    ...(asksForForm(extra, FORMLESS_SETTINGS) ? { isFormed: true } : {}),
  })
}

/** A conversation by itself, as those ask about who make no call of a model here. */
export function parseChatMessages(messages: readonly unknown[]): Result<readonly ModelMessage[], WireFailure> {
  const parsed = z.strictObject({ messages: z.array(message) }).safeParse({ messages })
  return parsed.success ? ok(parsed.data.messages.map(toMessage)) : fail(failureOf(parsed.error))
}

function settingsOf(data: z.infer<typeof request>): ModelRequest['settings'] {
  const { stop, max_tokens: maxTokens, max_completion_tokens: maxCompletionTokens } = data
  return {
    maxTokens: maxCompletionTokens ?? maxTokens ?? undefined,
    temperature: data.temperature ?? undefined,
    topP: data.top_p ?? undefined,
    stop: typeof stop === 'string' ? [stop] : (stop ?? undefined),
    toolChoice: toToolChoice(data.tool_choice),
    parallelToolCalls: data.parallel_tool_calls ?? undefined,
  }
}

function toToolChoice(choice: z.infer<typeof toolChoice> | null | undefined): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined
  return typeof choice === 'string' ? choice : { name: choice.function.name }
}

function toMessage(wire: z.infer<typeof message>): ModelMessage {
  switch (wire.role) {
    case 'system':
    case 'developer':
      return { role: wire.role, ...textOf(wire.content) }
    case 'user':
      return { role: 'user', parts: partsOf(wire.content) }
    case 'assistant':
      return {
        role: 'assistant',
        ...assistantText(wire.content, wire.refusal ?? ''),
        reasoning: [],
        toolCalls: (wire.tool_calls ?? []).map((call) => ({
          id: call.id,
          name: call.function.name,
          arguments: call.function.arguments,
        })),
      }
    case 'tool':
      return { role: 'tool', callId: wire.tool_call_id, ...textOf(wire.content), isError: false }
  }
}

function textOf(value: z.infer<typeof text>): PartedText {
  return typeof value === 'string' ? { text: value } : partedText(value.map(({ text }) => ({ kind: 'text', text })))
}

function assistantText(value: z.infer<typeof assistantContent> | null | undefined, refusal: string): PartedText {
  if (value === null || value === undefined || typeof value === 'string') return { text: value || refusal }
  const said = value.map((part) => (part.type === 'text' ? part.text : part.refusal))
  const parted = partedText(said.map((text) => ({ kind: 'text', text })))
  return parted.text === '' ? { text: refusal } : parted
}

function partsOf(value: z.infer<typeof userContent>): readonly ContentPart[] {
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  return value.map((part): ContentPart => {
    switch (part.type) {
      case 'text':
        return { kind: 'text', text: part.text }
      case 'image_url':
        return { kind: 'image', url: part.image_url.url, detail: part.image_url.detail ?? undefined }
      case 'input_audio':
        return { kind: 'audio', ...part.input_audio }
    }
  })
}
