import type { ConversationMessage, ToolCall } from '../../../domain/session/conversation.ts'
import { isFields, readContent, unsupported, type Fields } from './content.ts'

/** A message of `@langchain/core`, by shape. */
export interface LangChainMessage {
  readonly content: unknown
  readonly additional_kwargs?: unknown
  readonly lc_kwargs?: unknown
  readonly tool_calls?: unknown
  /** Calls whose arguments could not be parsed. */
  readonly invalid_tool_calls?: unknown
  readonly tool_call_id?: unknown
  /** The kind: `human`, `ai`, `tool`, `system`. */
  readonly type?: unknown
  _getType?(): unknown
}

export interface ReadLangChainMessages {
  readonly conversation: readonly ConversationMessage[]
  write(judged: readonly ConversationMessage[]): readonly LangChainMessage[]
}

const MESSAGES_MAX = 2_000

/** Parts of an assistant message that repeat its tool calls. */
const CALL_PARTS = new Set(['tool_call', 'tool_use', 'function_call'])

export function readLangChainMessages(
  messages: readonly LangChainMessage[],
  passesNonText: boolean,
): ReadLangChainMessages {
  if (messages.length > MESSAGES_MAX) throw unsupported('messages')
  const read = messages.map((message) => {
    const isAssistant = typeOf(message) === 'ai'
    const content = readContent(message.content, (type) => passesNonText || (isAssistant && CALL_PARTS.has(type)))
    return { message, content, conversation: conversationOf(message, content.text) }
  })
  return {
    conversation: read.map(({ conversation }) => conversation),
    write: (judged) =>
      read.map(({ message, content, conversation }, index) => {
        const own = judged[index]
        if (own === undefined) throw unsupported('messages')
        if (JSON.stringify(own) === JSON.stringify(conversation)) return message
        return cloneMessage(message, {
          // Parts that repeat calls are left out where a call was changed: the calls themselves go on.
          content: own.text === content.text ? message.content : own.text,
          ...(own.role === 'assistant' ? changedCalls(message, own.toolCalls) : {}),
        })
      }),
  }
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

/** The members of an answer whose calls are to be made otherwise than the model wrote them; undefined where none is. */
export function changedArguments(
  message: LangChainMessage,
  written: readonly ToolCall[],
  admitted: readonly ToolCall[],
): Fields | undefined {
  return written.every((call, index) => call.arguments === admitted[index]?.arguments)
    ? undefined
    : changedCalls(message, admitted)
}

function changedCalls(message: LangChainMessage, judged: readonly ToolCall[]): Fields {
  if (judged.length === 0) return {}
  const calls = message.tool_calls as readonly Fields[]
  const args: readonly unknown[] = judged.map((call) => JSON.parse(call.arguments) as unknown)
  // The provider's own copies of the calls go with the old arguments.
  return { tool_calls: calls.map((call, index) => ({ ...call, args: args[index] })), additional_kwargs: {} }
}

/** A message of the same class with other members; the record that it is serialised from follows. */
export function cloneMessage(message: LangChainMessage, members: Fields): LangChainMessage {
  const clone = Object.create(Object.getPrototypeOf(message) as object) as LangChainMessage
  const kwargs = isFields(message.lc_kwargs) ? { lc_kwargs: { ...message.lc_kwargs, ...members } } : {}
  return Object.assign(clone, message, kwargs, members)
}
