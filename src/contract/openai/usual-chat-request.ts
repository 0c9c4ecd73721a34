import type { JsonObject } from '../../base/json.ts'
import type { ModelMessage, ModelRequest } from '../../application/gateway/model-request.ts'
import { asFields, type Fields } from '../wire/event-decoder.ts'

const NAME_MAX = 200
const TEXT_MAX = 1_000_000
const MESSAGES_MAX = 2_000

/** All that such a request has; what stands beside `model`, `messages` and the stream's own goes on as it came. */
const SETTINGS = ['temperature', 'top_p', 'max_tokens', 'max_completion_tokens'] as const
const FIELDS: ReadonlySet<string> = new Set(['model', 'messages', 'stream', ...SETTINGS])

/**
 * A request as most clients send it, of texts alone: read by hand, as the schema takes longer over it than the guard over a
 * short message. Undefined: it is for the schema to read, and to say what is wrong with it.
 */
export function usualChatRequest(body: unknown): ModelRequest | undefined {
  const fields = asFields(body)
  if (fields === undefined || !Object.keys(fields).every((name) => FIELDS.has(name))) return undefined
  const { model, stream } = fields
  if (typeof model !== 'string' || model === '' || model.length > NAME_MAX) return undefined
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') return undefined
  const messages = messagesOf(fields['messages'])
  const settings = settingsOf(fields)
  if (messages === undefined || settings === undefined) return undefined
  return {
    protocol: 'openai-chat',
    model,
    messages,
    tools: [],
    choices: 1,
    isStream: stream === true,
    includeUsage: false,
    settings,
    extra: extraOf(fields),
  }
}

function messagesOf(wire: unknown): readonly ModelMessage[] | undefined {
  if (!Array.isArray(wire) || wire.length === 0 || wire.length > MESSAGES_MAX) return undefined
  const messages: ModelMessage[] = []
  for (const one of wire as readonly unknown[]) {
    const message = messageOf(asFields(one))
    if (message === undefined) return undefined
    messages.push(message)
  }
  return messages
}

function messageOf(fields: Fields | undefined): ModelMessage | undefined {
  if (fields === undefined || Object.keys(fields).length !== 2) return undefined
  const { role, content: text } = fields
  if (typeof text !== 'string' || text.length > TEXT_MAX) return undefined
  switch (role) {
    case 'system':
    case 'developer':
      return { role, text }
    case 'user':
      return { role, parts: [{ kind: 'text', text }] }
    case 'assistant':
      return { role, text, reasoning: [], toolCalls: [] }
    default:
      return undefined
  }
}

function settingsOf(fields: Fields): ModelRequest['settings'] | undefined {
  const {
    temperature = null,
    top_p: topP = null,
    max_tokens: older = null,
    max_completion_tokens: newer = null,
  } = fields
  if (!isAmount(temperature) || !isAmount(topP) || !isBound(older) || !isBound(newer)) return undefined
  // Two words for one bound: the schema says what is wrong.
  if (older !== null && newer !== null) return undefined
  return {
    maxTokens: newer ?? older ?? undefined,
    temperature: temperature ?? undefined,
    topP: topP ?? undefined,
    stop: undefined,
    toolChoice: undefined,
    parallelToolCalls: undefined,
  }
}

function isAmount(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}

function isBound(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1)
}

function extraOf(fields: Fields): JsonObject {
  const extra: Record<string, number | null> = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if ((SETTINGS as readonly string[]).includes(name) && isAmount(value)) extra[name] = value
  }
  return extra
}
