import { z } from 'zod'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import {
  partedText,
  type Cacheable,
  type ContentPart,
  type ModelMessage,
  type ModelRequest,
  type ModelTool,
  type TextPart,
  type ToolChoice,
} from '../../application/gateway/model-request.ts'
import type { ReasoningBlock } from '../../application/gateway/model-event.ts'
import { asksForForm } from '../wire/asked-form.ts'
import { failureOf, fieldGate, tooDeep, unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'

const TEXT_MAX = 1_000_000
const DATA_MAX = 4_000_000
const BLOCKS_MAX = 200

const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).nullish()
const textBlock = z.looseObject({
  type: z.literal('text'),
  text: z.string().max(TEXT_MAX),
  cache_control: cacheControl,
})
const imageBlock = z.looseObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
      data: z.string().max(DATA_MAX),
    }),
    z.strictObject({ type: z.literal('url'), url: z.string().max(4_096) }),
  ]),
  cache_control: cacheControl,
})
const toolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1).max(200),
  content: z.union([z.string().max(TEXT_MAX), z.array(textBlock).max(BLOCKS_MAX)]).nullish(),
  is_error: z.boolean().nullish(),
  cache_control: cacheControl,
})
const userBlock = z.discriminatedUnion('type', [textBlock, imageBlock, toolResult])
const toolUse = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.json()),
  cache_control: cacheControl,
})
const thinking = z.looseObject({
  type: z.literal('thinking'),
  thinking: z.string().max(TEXT_MAX),
  signature: z.string().max(TEXT_MAX),
})
const redactedThinking = z.looseObject({
  type: z.literal('redacted_thinking'),
  data: z.string().max(TEXT_MAX).nullish(),
})
const assistantBlock = z.discriminatedUnion('type', [textBlock, toolUse, thinking, redactedThinking])

const message = z.discriminatedUnion('role', [
  z.looseObject({
    role: z.literal('user'),
    content: z.union([z.string().max(TEXT_MAX), z.array(userBlock).min(1).max(BLOCKS_MAX)]),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: z.union([z.string().max(TEXT_MAX), z.array(assistantBlock).max(BLOCKS_MAX)]),
  }),
])

const tool = z.looseObject({
  type: z.literal('custom').nullish(),
  name: z.string().min(1).max(200),
  description: z.string().max(20_000).optional(),
  input_schema: z.record(z.string(), z.json()),
  strict: z.boolean().nullish(),
  cache_control: cacheControl,
})

const request = z.looseObject({
  model: z.string().min(1).max(200),
  max_tokens: z.int().min(1),
  system: z.union([z.string().max(TEXT_MAX), z.array(textBlock).max(BLOCKS_MAX)]).nullish(),
  messages: z.array(message).min(1).max(2_000),
  tools: z.array(tool).max(200).nullish(),
  tool_choice: z
    .looseObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().max(200).optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop_sequences: z.array(z.string().max(1_000)).max(16).nullish(),
})

/** Features by which the provider would act on its own, keep state, or be steered past the gateway. */
const REFUSED = [
  'container',
  'mcp_servers',
  'context_management',
  'fallbacks',
  'inference_geo',
  'api_base',
  'base_url',
  'api_key',
  'extra_body',
  'extra_headers',
] as const

const refusedIn = fieldGate(REFUSED, Object.keys(request.shape))

const REBUILT = new Set(['model', 'system', 'messages', 'tools', 'stream'])

/** What asks for no form of the answer, also in `output_config`. */
const FORMLESS = new Set([
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tool_choice',
  'thinking',
  'effort',
  'metadata',
  'service_tier',
])

function isFormed({ output_config: output, ...settings }: JsonObject): boolean {
  return asksForForm({ ...settings, ...(isJsonObject(output) ? output : { output }) }, FORMLESS)
}

/** From the body of an Anthropic messages call to a request. */
export function parseMessagesRequest(body: unknown): Result<ModelRequest, WireFailure> {
  const deep = tooDeep(body)
  if (deep !== undefined) return fail(deep)
  const parsed = request.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const refused = refusedIn(body as JsonObject)
  if (refused !== undefined) return fail(unsupportedParameter(refused))
  const { data } = parsed
  const extra = Object.fromEntries(
    Object.entries(body as JsonObject).filter(([name, value]) => !REBUILT.has(name) && value !== undefined),
  )
  return ok({
    protocol: 'anthropic-messages',
    model: data.model,
    messages: [...systemMessage(data.system), ...data.messages.flatMap(toMessages)],
    tools: (data.tools ?? []).map(toTool),
    choices: 1,
    isStream: data.stream === true,
    includeUsage: true,
    settings: {
      maxTokens: data.max_tokens,
      temperature: data.temperature ?? undefined,
      topP: data.top_p ?? undefined,
      stop: data.stop_sequences ?? undefined,
      toolChoice: toToolChoice(data.tool_choice),
      parallelToolCalls: data.tool_choice?.disable_parallel_tool_use === true ? false : undefined,
    },
    extra,
    ...(isFormed(extra) ? { isFormed: true } : {}),
  })
}

function toTool({
  name,
  description,
  input_schema: schema,
  strict,
  cache_control: cache,
}: z.infer<typeof tool>): ModelTool {
  return {
    name,
    parameters: schema as JsonObject,
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined || strict === null ? {} : { strict }),
    ...cached(cache),
  }
}

function toToolChoice(choice: z.infer<typeof request>['tool_choice']): ToolChoice | undefined {
  switch (choice?.type) {
    case 'any':
      return 'required'
    case 'tool':
      return choice.name === undefined ? 'required' : { name: choice.name }
    default:
      return choice?.type
  }
}

function cached(control: z.infer<typeof cacheControl>): Cacheable {
  return control === null || control === undefined ? {} : { cache: control.ttl ?? '5m' }
}

function systemMessage(system: z.infer<typeof request>['system']): readonly ModelMessage[] {
  if (system === null || system === undefined) return []
  if (typeof system === 'string') return [{ role: 'system', text: system }]
  return [{ role: 'system', ...partedText(system.map(toTextPart)) }]
}

function toMessages({ role, content }: z.infer<typeof message>): readonly ModelMessage[] {
  if (role === 'assistant') return [assistantMessage(content)]
  if (typeof content === 'string') return [{ role: 'user', parts: [{ kind: 'text', text: content }] }]
  const messages: ModelMessage[] = []
  for (const block of content) {
    if (block.type === 'tool_result') {
      messages.push({
        role: 'tool',
        callId: block.tool_use_id,
        ...(typeof block.content === 'string'
          ? { text: block.content }
          : partedText((block.content ?? []).map(toTextPart))),
        isError: block.is_error === true,
        ...cached(block.cache_control),
      })
      continue
    }
    const last = messages.at(-1)
    const part = toPart(block)
    if (last?.role === 'user') messages[messages.length - 1] = { ...last, parts: [...last.parts, part] }
    else messages.push({ role: 'user', parts: [part] })
  }
  return messages
}

function toTextPart({ text, cache_control: control }: z.infer<typeof textBlock>): TextPart {
  return { kind: 'text', text, ...cached(control) }
}

function toPart(block: z.infer<typeof textBlock> | z.infer<typeof imageBlock>): ContentPart {
  if (block.type === 'text') return toTextPart(block)
  const { source } = block
  return {
    kind: 'image',
    url: source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`,
    ...cached(block.cache_control),
  }
}

function assistantMessage(content: string | readonly z.infer<typeof assistantBlock>[]): ModelMessage {
  if (typeof content === 'string') return { role: 'assistant', text: content, toolCalls: [], reasoning: [] }
  return {
    role: 'assistant',
    ...partedText(content.flatMap((block) => (block.type === 'text' ? [toTextPart(block)] : []))),
    toolCalls: content.flatMap((block) =>
      block.type === 'tool_use'
        ? [
            {
              id: block.id,
              name: block.name,
              arguments: JSON.stringify(block.input),
              ...cached(block.cache_control),
            },
          ]
        : [],
    ),
    reasoning: content.flatMap(toReasoning),
  }
}

function toReasoning(block: z.infer<typeof assistantBlock>): readonly ReasoningBlock[] {
  if (block.type === 'thinking') return [{ kind: 'text', text: block.thinking, seal: block.signature }]
  return block.type === 'redacted_thinking' && typeof block.data === 'string'
    ? [{ kind: 'opaque', data: block.data }]
    : []
}
