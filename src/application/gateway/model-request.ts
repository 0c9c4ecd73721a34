import type { JsonObject } from '../../base/json.ts'
import type { AnswerToolCall, ReasoningBlock } from './model-event.ts'

export const PROTOCOLS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const
/** A wire that a client speaks to a model over. */
export type Protocol = (typeof PROTOCOLS)[number]

/** How long a provider is asked to keep what it has read up to here. */
export type CacheLife = '5m' | '1h'

export interface Cacheable {
  readonly cache?: CacheLife | undefined
}

export type TextPart = { readonly kind: 'text'; readonly text: string } & Cacheable
export type ContentPart =
  | TextPart
  | ({
      readonly kind: 'image'
      readonly url: string
      readonly detail?: 'low' | 'high' | 'auto' | undefined
    } & Cacheable)
  | { readonly kind: 'audio'; readonly data: string; readonly format: 'wav' | 'mp3' }

/** A text, and the parts that it came in, where there are several or one says more than its text. */
export interface PartedText {
  readonly text: string
  readonly parts?: readonly TextPart[] | undefined
}

export type ModelMessage =
  | ({ readonly role: 'system' | 'developer' } & PartedText)
  | { readonly role: 'user'; readonly parts: readonly ContentPart[] }
  | ({
      readonly role: 'assistant'
      readonly toolCalls: readonly (AnswerToolCall & Cacheable)[]
      readonly reasoning: readonly ReasoningBlock[]
    } & PartedText)
  | ({ readonly role: 'tool'; readonly callId: string; readonly isError: boolean } & PartedText & Cacheable)

export interface ModelTool extends Cacheable {
  readonly name: string
  readonly parameters: JsonObject
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
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
export function splitTexts(parts: readonly ContentPart[] | undefined): readonly string[] | undefined {
  const texts = parts?.flatMap((part) => (part.kind === 'text' ? [part.text] : [])) ?? []
  return texts.length > 1 ? texts : undefined
}

/** A text of a message as its parts say it. One that says nothing but its text has none. */
export function partedText(parts: readonly TextPart[]): PartedText {
  const text = parts.map((part) => part.text).join('')
  return { text, parts: parts.length > 1 || cacheOf(parts).cache !== undefined ? parts : undefined }
}

/** The longest-lived mark of a row of parts stands for the row. */
export function cacheOf(parts: readonly ContentPart[]): Cacheable {
  const marks = parts.map((part) => (part.kind === 'audio' ? undefined : part.cache))
  const cache = marks.includes('1h') ? '1h' : marks.includes('5m') ? '5m' : undefined
  return cache === undefined ? {} : { cache }
}

/** The message with the text that the guard left, or with what it left of each of its texts. Parts keep their places where nothing was changed. */
export function withText(message: ModelMessage, text: string, texts?: readonly string[]): ModelMessage {
  if (message.role !== 'user') return withPartedText(message, text, texts)
  if (textOfParts(message.parts) === text) return message
  if (texts !== undefined) return { ...message, parts: withTexts(message.parts, texts) }
  const rest = message.parts.filter(({ kind }) => kind !== 'text')
  return { ...message, parts: markedAtEnd([{ kind: 'text', text }, ...rest], cacheOf(message.parts)) }
}

function withPartedText<Message extends Exclude<ModelMessage, { role: 'user' }>>(
  message: Message,
  text: string,
  texts: readonly string[] | undefined,
): Message {
  const { parts } = message
  if (parts === undefined) return message.text === text ? message : { ...message, text }
  if (texts !== undefined) return { ...message, text, parts: withTexts(parts, texts) }
  // SECURITY: parts that nobody has judged one by one do not go on as parts; those of the system are the application's own.
  const isKept =
    message.text === text && (parts.length === 1 || message.role === 'system' || message.role === 'developer')
  return isKept ? message : { ...message, ...partedText([{ kind: 'text', text, ...cacheOf(parts) }]) }
}

function withTexts<Part extends ContentPart>(parts: readonly Part[], texts: readonly string[]): readonly Part[] {
  let next = 0
  return parts.map((part) => (part.kind === 'text' ? { ...part, text: texts[next++] ?? '' } : part))
}

function markedAtEnd(parts: readonly ContentPart[], mark: Cacheable): readonly ContentPart[] {
  return parts.map((part, at) =>
    part.kind === 'audio' ? part : { ...part, cache: at === parts.length - 1 ? mark.cache : undefined },
  )
}
