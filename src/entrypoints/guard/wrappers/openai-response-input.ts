import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import { isFields, readContent, unsupported, type Fields } from './content.ts'
import { readCall } from './openai-response-answer.ts'
import { besides, readBeside, type TextsBeside } from './other-texts.ts'

type Passes = (type: string) => boolean

interface ReadInput {
  readonly conversation: readonly ConversationMessage[]
  /** The conversation, and after it the texts that its items carry beside their content. */
  readonly judgeable: readonly ConversationMessage[]
  write(judged: readonly ConversationMessage[]): unknown
}

interface Item {
  readonly message: ConversationMessage
  readonly beside: TextsBeside
  readonly write: (item: Fields, judged: ConversationMessage) => unknown
}

const ITEMS_MAX = 2_000

/** The input of a response: a text, or items as messages. What was not changed goes out as it came. */
export function readInput(input: unknown, passes: Passes): ReadInput {
  if (typeof input === 'string') {
    const conversation: readonly ConversationMessage[] = [{ role: 'user', text: input }]
    return { conversation, judgeable: conversation, write: ([judged]) => judged?.text }
  }
  if (!Array.isArray(input) || input.length > ITEMS_MAX) throw unsupported('input')
  const items = input.map((item: unknown) => {
    if (!isFields(item)) throw unsupported('input')
    return readItem(withoutLogs(item), passes)
  })
  const conversation = items.map(({ message }) => message)
  return {
    conversation,
    judgeable: [
      ...conversation,
      ...items.flatMap(({ message, beside }) => beside.texts.map((text) => besides(message.role, text))),
    ],
    write(judged) {
      let from = items.length
      return items.map(({ beside, write }, index) => {
        const texts = judged.slice(from, (from += beside.texts.length)).map(({ text }) => text)
        const own = judged[index]
        if (own === undefined) throw unsupported('input')
        return write(beside.write(texts), own)
      })
    },
  }
}

const CALL_MEMBERS = new Set(['type', 'id', 'call_id', 'name', 'status', 'arguments'])
const OUTPUT_MEMBERS = new Set(['type', 'id', 'call_id', 'status', 'output'])
const MESSAGE_MEMBERS = new Set(['type', 'id', 'role', 'status', 'phase', 'content'])
const REASONING_MEMBERS = new Set(['type', 'id', 'status'])

function readItem(item: Fields, passes: Passes): Item {
  switch (item['type']) {
    case 'function_call':
      return readCallItem(item)
    case 'function_call_output': {
      const { text } = readContent(asText(item['output']), passes)
      return {
        message: { role: 'tool', callId: String(item['call_id']), text },
        beside: readBeside(item, 'output', OUTPUT_MEMBERS),
        write: writer('output', text),
      }
    }
    // What the model thought is text that it reads again, all of it beside a content that it does not have.
    case 'reasoning':
      return {
        message: { role: 'assistant', text: '', toolCalls: [], isSigned: false },
        beside: readBeside(item, 'type', REASONING_MEMBERS),
        write: (written) => written,
      }
    case undefined:
    case 'message': {
      const { text } = readContent(asText(item['content']), passes)
      return {
        message: messageOf(item['role'], text),
        beside: readBeside(item, 'content', MESSAGE_MEMBERS),
        write: writer('content', text),
      }
    }
    default:
      throw unsupported('input')
  }
}

function readCallItem(item: Fields): Item {
  const call = readCall(item)
  return {
    message: { role: 'assistant', text: '', toolCalls: [call], isSigned: false },
    beside: readBeside(item, 'arguments', CALL_MEMBERS),
    write: (written, judged) =>
      judged.role === 'assistant' && judged.toolCalls[0]?.arguments !== call.arguments
        ? { ...written, arguments: judged.toolCalls[0]?.arguments ?? '{}' }
        : written,
  }
}

function messageOf(role: unknown, text: string): ConversationMessage {
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', text }
    case 'user':
      return { role, text }
    case 'assistant':
      return { role, text, toolCalls: [], isSigned: false }
    default:
      throw unsupported('role')
  }
}

/** What was changed goes out as plain text; what was not goes out as it came. */
function writer(member: string, text: string): Item['write'] {
  return (item, judged) => (judged.text === text ? item : { ...item, [member]: judged.text })
}

/** Text parts of this API under the one name that the reader of content knows. */
function asText(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  return content.map((part: unknown) => {
    if (!isFields(part)) return part
    if (part['type'] === 'input_text' || part['type'] === 'output_text') return { type: 'text', text: part['text'] }
    return part['type'] === 'refusal' ? { type: 'text', text: part['refusal'] } : part
  })
}

/** The log of single tokens of an earlier answer says nothing to a model, and cannot be judged. */
function withoutLogs(item: Fields): Fields {
  const { content } = item
  const hasLog = (part: unknown): part is Fields => isFields(part) && part['logprobs'] !== undefined
  if (!Array.isArray(content) || !content.some(hasLog)) return item
  return { ...item, content: content.map((part: unknown) => (hasLog(part) ? { ...part, logprobs: [] } : part)) }
}
