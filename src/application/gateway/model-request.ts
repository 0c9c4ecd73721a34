import type { JsonObject } from '../../base/json.ts'
import type { AnswerToolCall, Reasoning } from './model-event.ts'

export const PROTOCOLS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const
/** A wire that a client speaks to a model over. */
export type Protocol = (typeof PROTOCOLS)[number]

export type ContentPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly url: string; readonly detail?: 'low' | 'high' | 'auto' | undefined }
  | { readonly kind: 'audio'; readonly data: string; readonly format: 'wav' | 'mp3' }

/** How long a provider is asked to keep what it has read up to here. */
export type CacheLife = '5m' | '1h'

export type ModelMessage =
  | { readonly role: 'system' | 'developer'; readonly text: string; readonly cache?: CacheLife | undefined }
  | { readonly role: 'user'; readonly parts: readonly ContentPart[]; readonly cache?: CacheLife | undefined }
  | {
      readonly role: 'assistant'
      readonly text: string
      readonly toolCalls: readonly AnswerToolCall[]
      readonly reasoning: Reasoning | null
    }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string; readonly isError: boolean }

export interface ModelTool {
  readonly name: string
  readonly parameters: JsonObject
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
  readonly cache?: CacheLife | undefined
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

/** Settings that every provider has a word for. */
export interface ModelSettings {
  readonly maxTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly stop?: readonly string[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly parallelToolCalls?: boolean | undefined
}

/** A request to a model in the one shape that the gateway judges and translates. */
export interface ModelRequest {
  readonly protocol: Protocol
  readonly model: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly ModelTool[]
  readonly choices: number
  readonly isStream: boolean
  /** The client asked for the usage of a stream. */
  readonly includeUsage: boolean
  readonly settings: ModelSettings
  /** Fields that only an upstream of the client's own protocol understands; what they say is judged. */
  readonly extra: JsonObject
  /** The answer is to have a form, or may be: whatever is put before its text would break it. */
  readonly isFormed?: true | undefined
}

/** All text of a user's message in one, as it is judged: a value that is spread over parts is one value. */
export function textOfParts(parts: readonly ContentPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
}

/** The texts of a message that came in several; undefined where it is one. */
export function splitTexts(parts: readonly ContentPart[]): readonly string[] | undefined {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  return texts.length > 1 ? texts : undefined
}

/** The message with the text that the guard left, or with what it left of each of its texts. Parts keep their places where nothing was changed. */
export function withText(message: ModelMessage, text: string, texts?: readonly string[]): ModelMessage {
  if (message.role !== 'user') return message.text === text ? message : { ...message, text }
  if (textOfParts(message.parts) === text) return message
  if (texts !== undefined) return { ...message, parts: withTexts(message.parts, texts) }
  const rest = message.parts.filter(({ kind }) => kind !== 'text')
  return { ...message, parts: [{ kind: 'text', text }, ...rest] }
}

function withTexts(parts: readonly ContentPart[], texts: readonly string[]): readonly ContentPart[] {
  let next = 0
  return parts.map((part) => (part.kind === 'text' ? { ...part, text: texts[next++] ?? '' } : part))
}
