import type { ConversationMessage, ToolCall } from '../../../domain/session/conversation.ts'
import { isFields, readContent, unsupported, type ContentText, type Fields } from './content.ts'
import { besides, readBeside } from './other-texts.ts'

/** A chat request's messages, in the shape that the guard judges, and the way back to the wire. */
export interface ReadMessages {
  readonly conversation: readonly ConversationMessage[]
  /** What is to be judged: the conversation, and after it the texts that its messages carry beside their content. */
  readonly judgeable: readonly ConversationMessage[]
  /** The wire messages with the judged texts in place; what was not changed is the caller's own object. */
  write(judged: readonly ConversationMessage[]): readonly unknown[]
}

/** Bounds of one request, as in the gateway. */
const MESSAGES_MAX = 2_000
const CALLS_MAX = 128

/** Throws `GuardDenied` where a message cannot be read: what is not judged does not go out. */
export function readChatMessages(value: unknown, passes: (type: string) => boolean): ReadMessages {
  if (!Array.isArray(value) || value.length > MESSAGES_MAX) throw unsupported('messages')
  const wire = value.map((message: unknown) => {
    if (!isFields(message)) throw unsupported('messages')
    return {
      message,
      content: readContent(contentOf(message), passes),
      beside: readBeside(message, 'content', MESSAGE_MEMBERS),
    }
  })
  const conversation = wire.map(({ message, content }) => conversationMessage(message, content))
  return {
    conversation,
    judgeable: [
      ...conversation,
      ...wire.flatMap(({ message, beside }) => beside.texts.map((text) => besides(message['role'], text))),
    ],
    write(judged) {
      let from = wire.length
      return wire.map(({ message, content, beside }, index) => {
        const texts = judged.slice(from, (from += beside.texts.length)).map(({ text }) => text)
        const written = beside.write(texts)
        return writeMessage(
          written,
          written === message ? content : readContent(contentOf(written), passes),
          judged[index],
        )
      })
    },
  }
}

/** Members that are read as what they are. A name goes out as it is; any other member is judged, `refusal` with them. */
const MESSAGE_MEMBERS = new Set(['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'function_call', 'audio'])

/** A refusal is text that the model wrote. */
function contentOf({ content }: Fields): unknown {
  if (!Array.isArray(content)) return content
  return content.map((part: unknown) =>
    isFields(part) && part['type'] === 'refusal' ? { type: 'text', text: part['refusal'] } : part,
  )
}

function conversationMessage(message: Fields, { text }: ContentText): ConversationMessage {
  switch (message['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', text }
    case 'user':
      return { role: 'user', text }
    case 'tool':
      return { role: 'tool', callId: String(message['tool_call_id']), text }
    case 'assistant':
      if (message['function_call'] !== undefined && message['function_call'] !== null)
        throw unsupported('function_call')
      if (message['audio'] !== undefined && message['audio'] !== null) throw unsupported('audio')
      return { role: 'assistant', text, toolCalls: readToolCalls(message['tool_calls']), isSigned: false }
    default:
      throw unsupported('role')
  }
}

/** Function calls in the wire's shape. Throws `GuardDenied` on any other kind of call. */
export function readToolCalls(value: unknown): readonly ToolCall[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > CALLS_MAX) throw unsupported('tool_calls')
  return value.map((call: unknown) => {
    const called = isFields(call) && isFields(call['function']) ? call['function'] : undefined
    if (called === undefined || typeof called['name'] !== 'string' || typeof called['arguments'] !== 'string')
      throw unsupported('tool_calls')
    return { id: String((call as Fields)['id']), name: called['name'], arguments: called['arguments'] }
  })
}

/** The same calls with other arguments; the caller's own list where none has changed. */
export function writeToolCalls(value: unknown, calls: readonly ToolCall[]): unknown {
  if (!Array.isArray(value)) return value
  const own = value as readonly { readonly function: { readonly arguments: string } }[]
  if (own.every((call, index) => call.function.arguments === calls[index]?.arguments)) return value
  return own.map((call, index) => ({
    ...call,
    function: { ...call.function, arguments: calls[index]?.arguments ?? '{}' },
  }))
}

function writeMessage(message: Fields, content: ContentText, judged: ConversationMessage | undefined): unknown {
  if (judged === undefined) throw unsupported('messages')
  const isSame = judged.text === content.text
  const changed: Fields = isSame ? {} : { content: content.write(judged.text) }
  if (judged.role !== 'assistant' || judged.toolCalls.length === 0) return isSame ? message : { ...message, ...changed }
  const calls = message['tool_calls'] as readonly Fields[]
  return {
    ...message,
    ...changed,
    tool_calls: calls.map((call, index) => ({
      ...call,
      function: { ...(call['function'] as Fields), arguments: judged.toolCalls[index]?.arguments ?? '{}' },
    })),
  }
}
