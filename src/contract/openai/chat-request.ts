import { z } from 'zod'
import { isNestedDeeper, JSON_DEPTH_MAX, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'

/** A chat completion request in the one shape the gateway judges; `raw` keeps the fields it only passes on. */
export interface ChatRequest {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly {
    readonly name: string
    readonly parameters: JsonObject
    readonly description?: string | undefined
  }[]
  readonly isStream: boolean
  readonly includeUsage: boolean
  readonly raw: JsonObject
}

export type ChatMessage =
  | { readonly role: 'system' | 'developer' | 'user'; readonly text: string }
  | {
      readonly role: 'assistant'
      readonly text: string
      readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
    }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string }

export interface WireFailure {
  readonly status: 400
  readonly code: 'invalid_request' | 'unsupported_parameter' | 'unsupported_content'
  readonly message: string
  readonly param: string | null
}

const TEXT_MAX = 1_000_000
const textPart = z.looseObject({ type: z.literal('text'), text: z.string().max(TEXT_MAX) })
const content = z.union([z.string().max(TEXT_MAX), z.array(textPart).min(1).max(200)])
const functionCall = z.strictObject({
  id: z.string().min(1).max(200),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1).max(200), arguments: z.string().max(TEXT_MAX) }),
})

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content }),
  z.looseObject({ role: z.literal('developer'), content }),
  z.looseObject({ role: z.literal('user'), content }),
  z.looseObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(functionCall).max(100).optional(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string().min(1).max(200), content }),
])

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1).max(200),
    description: z.string().max(20_000).optional(),
    parameters: z.record(z.string(), z.json()).optional(),
  }),
})

const request = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(message).min(1).max(2_000),
  tools: z.array(tool).max(200).optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  n: z.int().min(1).max(8).nullish(),
})

/** Features by which a provider would act on its own, keep state, or say what the guard cannot read. */
const REFUSED = [
  'functions',
  'function_call',
  'web_search_options',
  'previous_response_id',
  'prompt',
  'store',
  'audio',
  'modalities',
  'prediction',
  'metadata',
] as const

/** From a JSON body to a request, or the 400 that an OpenAI client understands. */
export function parseChatRequest(body: unknown): Result<ChatRequest, WireFailure> {
  // SECURITY: the schema and `JSON.stringify` recurse; a body of brackets would exhaust their stack.
  if (isNestedDeeper(body, JSON_DEPTH_MAX))
    return fail({
      status: 400,
      code: 'invalid_request',
      message: `invalid request: nested deeper than ${JSON_DEPTH_MAX}`,
      param: null,
    })
  const parsed = request.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const path = issue?.path.join('.') ?? ''
    const code = path.includes('content') ? 'unsupported_content' : 'invalid_request'
    return fail({
      status: 400,
      code,
      message: `invalid request at \`${path}\`: ${issue?.message ?? 'not an object'}`,
      param: path === '' ? null : path,
    })
  }
  const raw = body as JsonObject
  const refused = REFUSED.find((name) => raw[name] !== undefined && raw[name] !== null && raw[name] !== false)
  if (refused !== undefined)
    return fail({
      status: 400,
      code: 'unsupported_parameter',
      message: `\`${refused}\` is not served through this gateway`,
      param: refused,
    })
  return ok({
    model: parsed.data.model,
    messages: parsed.data.messages.map(toMessage),
    tools: (parsed.data.tools ?? []).map(({ function: { name, parameters, description } }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      parameters: (parameters ?? { type: 'object', properties: {} }) as JsonObject,
    })),
    isStream: parsed.data.stream === true,
    includeUsage: parsed.data.stream_options?.include_usage === true,
    raw,
  })
}

function toMessage(wire: z.infer<typeof message>): ChatMessage {
  switch (wire.role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role: wire.role, text: textOf(wire.content) }
    case 'assistant':
      return {
        role: 'assistant',
        text: textOf(wire.content ?? wire.refusal ?? ''),
        toolCalls: (wire.tool_calls ?? []).map((call) => ({
          id: call.id,
          name: call.function.name,
          arguments: call.function.arguments,
        })),
      }
    case 'tool':
      return { role: 'tool', callId: wire.tool_call_id, text: textOf(wire.content) }
  }
}

function textOf(value: z.infer<typeof content>): string {
  return typeof value === 'string' ? value : value.map(({ text }) => text).join('')
}

/** The provider's request: the guarded texts in place of the client's. */
export function upstreamBody(chat: ChatRequest, texts: readonly string[]): JsonObject {
  // Built anew from what was judged: a field of a message that the guard does not read never reaches the provider.
  const messages = chat.messages.map((message, index) => wireMessage(message, texts[index] ?? ''))
  const { stream_options: _, ...rest } = chat.raw
  return { ...rest, messages, ...(chat.isStream ? { stream: true, stream_options: { include_usage: true } } : {}) }
}

function wireMessage(message: ChatMessage, text: string): JsonObject {
  switch (message.role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role: message.role, content: text }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: text }
    case 'assistant': {
      const calls = message.toolCalls.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: call.arguments },
      }))
      return {
        role: 'assistant',
        content: text === '' && calls.length > 0 ? null : text,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      }
    }
  }
}
