import type { ConversationMessage, ToolCall } from '../../../domain/session/conversation.ts'
import { isFields, readContent, unsupported, type Fields } from './content.ts'
import { cloneMessage, type LangChainMessage } from './langchain-message.ts'
import { keptMetadata } from './langchain-metadata.ts'
import { besides, readBeside, readTexts, REASONING_PARTS } from './other-texts.ts'

export interface ReadLangChainMessages {
  readonly conversation: readonly ConversationMessage[]
  /** The conversation, and after it the texts that its messages carry beside their content. */
  readonly judgeable: readonly ConversationMessage[]
  write(judged: readonly ConversationMessage[]): readonly LangChainMessage[]
}

const MESSAGES_MAX = 2_000

/** Parts of an assistant message that repeat its tool calls. */
const CALL_PARTS = new Set(['tool_call', 'tool_use', 'function_call', 'input_json_delta'])

export function isCallPart(part: unknown): boolean {
  return isFields(part) && CALL_PARTS.has(String(part['type']))
}

export function readLangChainMessages(
  messages: readonly LangChainMessage[],
  passesNonText: boolean,
): ReadLangChainMessages {
  if (messages.length > MESSAGES_MAX) throw unsupported('messages')
  const read = messages.map((message) => readMessage(message, passesNonText))
  return {
    conversation: read.map(({ conversation }) => conversation),
    judgeable: [
      ...read.map(({ conversation }) => conversation),
      ...read.flatMap(({ conversation: { role }, texts }) => texts.map((text) => besides(role, text))),
    ],
    write(judged) {
      let from = read.length
      return read.map(({ texts, write }, index) => {
        const own = judged[index]
        if (own === undefined) throw unsupported('messages')
        return write(
          own,
          judged.slice(from, (from += texts.length)).map(({ text }) => text),
        )
      })
    },
  }
}

interface ReadMessage {
  readonly conversation: ConversationMessage
  /** What it says beside its content. */
  readonly texts: readonly string[]
  readonly write: (judged: ConversationMessage, texts: readonly string[]) => LangChainMessage
}

const CONTENT_ONLY = new Set(['content'])

function readMessage(message: LangChainMessage, passesNonText: boolean): ReadMessage {
  const { content, additional_kwargs: kwargs = {}, response_metadata: metadata } = message
  const isAssistant = typeOf(message) === 'ai'
  const passes = (type: string): boolean =>
    passesNonText || (isAssistant && (CALL_PARTS.has(type) || REASONING_PARTS.has(type)))
  const { text } = readContent(content, passes)
  const conversation = conversationOf(message, text)
  const sides: Fields = { content, kwargs }
  const beside = readBeside(sides, 'content', CONTENT_ONLY)
  // SECURITY: of a message that a model wrote, a provider's package may send this copy in place of all else.
  const copy = isAssistant && isFields(metadata) ? metadata['output'] : undefined
  const output = readTexts(copy)
  return {
    conversation,
    texts: [...beside.texts, ...output.texts],
    write(judged, texts) {
      const others = beside.write(texts.slice(0, beside.texts.length))
      const calls =
        judged.role === 'assistant' && conversation.role === 'assistant'
          ? changedCalls(message, conversation.toolCalls, judged.toolCalls)
          : undefined
      const isCopySame = output.write(texts.slice(beside.texts.length)) === copy
      if (isCopySame && others === sides && judged.text === text && calls === undefined) return message
      return cloneMessage(message, {
        content: writtenContent(others['content'], judged.text === text ? undefined : judged.text, calls !== undefined),
        additional_kwargs: calls === undefined ? others['kwargs'] : withoutCalls(others['kwargs']),
        // Where anything was changed, the copy would say it as it was.
        ...(copy === undefined ? {} : { response_metadata: keptMetadata(metadata) }),
        ...calls,
      })
    },
  }
}

/** Parts that repeat calls are left out where a call was changed: the calls themselves go on. */
function writtenContent(content: unknown, text: string | undefined, hasOtherCalls: boolean): unknown {
  if (!Array.isArray(content)) return text ?? content
  const parts = hasOtherCalls ? content.filter((part: unknown) => !isCallPart(part)) : content
  if (text === undefined) return parts
  return parts.every(isText) ? text : readContent(parts, () => true).write(text)
}

function isText(part: unknown): boolean {
  return typeof part === 'string' || (isFields(part) && part['type'] === 'text')
}

function typeOf(message: LangChainMessage): unknown {
  return message.type ?? message._getType?.()
}

function conversationOf(message: LangChainMessage, text: string): ConversationMessage {
  switch (typeOf(message)) {
    case 'system':
    case 'developer':
      return { role: 'system', text }
    case 'human':
      return { role: 'user', text }
    case 'ai':
      return { role: 'assistant', text, toolCalls: toolCallsOf(message), isSigned: false }
    case 'tool':
      return { role: 'tool', callId: String(message.tool_call_id), text }
    default:
      throw unsupported('role')
  }
}

/** Parsed tool calls; a call that could not be parsed is none that may run. */
export function toolCallsOf(message: LangChainMessage): readonly ToolCall[] {
  const calls = message.tool_calls ?? []
  if (!Array.isArray(calls)) throw unsupported('tool_calls')
  return calls.map((call: unknown) => {
    if (!isFields(call) || typeof call['name'] !== 'string') throw unsupported('tool_calls')
    return { id: String(call['id'] ?? ''), name: call['name'], arguments: JSON.stringify(call['args'] ?? {}) }
  })
}

/** The calls as they are to be made, where that is otherwise than they were written. */
export function changedCalls(
  message: LangChainMessage,
  written: readonly ToolCall[],
  judged: readonly ToolCall[],
): { readonly tool_calls: unknown } | undefined {
  if (written.every((call, index) => call.arguments === judged[index]?.arguments)) return undefined
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : []
  const args = judged.map((call): unknown => JSON.parse(call.arguments))
  return { tool_calls: calls.map((call: unknown, index) => (isFields(call) ? { ...call, args: args[index] } : call)) }
}

/** Without the provider's own copies of the calls, whose arguments are the old ones. */
export function withoutCalls(kwargs: unknown): Fields {
  const { tool_calls: _, function_call: __, ...rest } = isFields(kwargs) ? kwargs : {}
  return rest
}
