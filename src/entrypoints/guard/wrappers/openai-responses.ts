import type { ConversationMessage, ToolCall } from '../../../domain/session/conversation.ts'
import type { Guard } from '../guard-setup.ts'
import {
  guardedJson,
  guardedText,
  isFields,
  readContent,
  unsupported,
  type ContentText,
  type Fields,
} from './content.ts'
import { admitCalls, admitMessages, denialFrom, type Situation, type WrapperOptions } from './wrapper-options.ts'

interface Target {
  readonly responses: { create(body: never, options?: never): PromiseLike<unknown> }
  readonly guard: Guard
  readonly options: WrapperOptions
}

/** State and tools at the provider, of which the guard sees nothing; and streams, which this wrapper does not speak. */
const REFUSED = ['previous_response_id', 'conversation', 'prompt', 'background', 'stream'] as const

/** Guards one call of the responses API. Streaming is refused. */
export async function guardResponse(target: Target, body: Fields, requestOptions: unknown): Promise<unknown> {
  const { responses, guard, options } = target
  let conversation: readonly ConversationMessage[]
  let input: unknown
  try {
    for (const name of REFUSED)
      if (body[name] !== undefined && body[name] !== null && body[name] !== false) throw unsupported(name)
    const tools: unknown = body['tools'] ?? []
    if (!Array.isArray(tools) || !tools.every((tool: unknown) => isFields(tool) && tool['type'] === 'function'))
      throw unsupported('tools')
    const items = readItems(body['input'], options)
    conversation = items.map(({ message }) => message)
    const judged = admitMessages(guard, conversation)
    input =
      typeof body['input'] === 'string'
        ? judged[0]?.text
        : items.map(({ write }, index) => write(judged[index] as ConversationMessage))
  } catch (error) {
    const denied = denialFrom(error, options)
    if (options.onDeny !== 'content-filter') throw denied
    return filtered({ id: 'resp-denied', object: 'response', model: body['model'] })
  }
  const create = responses.create.bind(responses) as unknown as (body: Fields, options?: unknown) => Promise<unknown>
  const answer = await create({ ...body, input }, requestOptions)
  try {
    return guardAnswer(answer, guard, { messages: conversation, options })
  } catch (error) {
    const denied = denialFrom(error, options)
    if (options.onDeny !== 'content-filter' || !isFields(answer)) throw denied
    return filtered(answer)
  }
}

function filtered(answer: Fields): Fields {
  return {
    ...answer,
    status: 'incomplete',
    incomplete_details: { reason: 'content_filter' },
    output: [],
    output_text: '',
  }
}

interface Item {
  readonly message: ConversationMessage
  readonly write: (judged: ConversationMessage) => unknown
}

const ITEMS_MAX = 2_000

function readItems(input: unknown, options: WrapperOptions): readonly Item[] {
  if (typeof input === 'string') return [{ message: { role: 'user', text: input }, write: ({ text }) => text }]
  if (!Array.isArray(input) || input.length > ITEMS_MAX) throw unsupported('input')
  return input.map((item: unknown) => {
    if (!isFields(item)) throw unsupported('input')
    return readItem(item, options)
  })
}

function readItem(item: Fields, options: WrapperOptions): Item {
  const passes = (): boolean => options.nonText === 'pass'
  if (item['type'] === 'function_call') {
    const call = readCall(item)
    return {
      message: { role: 'assistant', text: '', toolCalls: [call], isSigned: false },
      write: (judged) =>
        judged.role === 'assistant' && judged.toolCalls[0]?.arguments !== call.arguments
          ? { ...item, arguments: judged.toolCalls[0]?.arguments ?? '{}' }
          : item,
    }
  }
  if (item['type'] === 'function_call_output') {
    const output = readContent(asText(item['output']), passes)
    return {
      message: { role: 'tool', callId: String(item['call_id']), text: output.text },
      write: writer(item, 'output', output),
    }
  }
  if (item['type'] !== undefined && item['type'] !== 'message') throw unsupported('input')
  const content = readContent(asText(item['content']), passes)
  const { text } = content
  const write = writer(item, 'content', content)
  switch (item['role']) {
    case 'system':
    case 'developer':
      return { message: { role: 'system', text }, write }
    case 'user':
      return { message: { role: 'user', text }, write }
    case 'assistant':
      return { message: { role: 'assistant', text, toolCalls: [], isSigned: false }, write }
    default:
      throw unsupported('role')
  }
}

/** What was changed goes out as plain text; what was not goes out as it came. */
function writer(item: Fields, member: string, content: ContentText): Item['write'] {
  return ({ text }) => (text === content.text ? item : { ...item, [member]: text })
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

function readCall(item: Fields): ToolCall {
  if (typeof item['name'] !== 'string' || typeof item['arguments'] !== 'string') throw unsupported('tool_calls')
  return { id: String(item['call_id']), name: item['name'], arguments: item['arguments'] }
}

function guardAnswer(answer: unknown, guard: Guard, situation: Situation): Fields {
  if (!isFields(answer) || !Array.isArray(answer['output'])) throw unsupported('answer')
  const items = answer['output'].map((item: unknown) => {
    if (!isFields(item)) throw unsupported('answer')
    return item
  })
  admitCalls(guard, items.filter((item) => item['type'] === 'function_call').map(readCall), situation)
  const texts: string[] = []
  const output = items.map((item) => guardOutputItem(item, guard, texts))
  return { ...answer, output, ...('output_text' in answer ? { output_text: texts.join('') } : {}) }
}

function guardOutputItem(item: Fields, guard: Guard, texts: string[]): Fields {
  if (item['type'] === 'function_call') return item
  if (item['type'] === 'reasoning') return { ...item, ...judgedMembers(item, guard, ['summary', 'content']) }
  if (item['type'] !== 'message' || !Array.isArray(item['content'])) throw unsupported('answer')
  return {
    ...item,
    content: item['content'].map((part: unknown) => {
      if (!isFields(part)) throw unsupported('answer')
      if (part['type'] === 'refusal') return { ...part, refusal: guardedText(guard, String(part['refusal'])) }
      if (part['type'] !== 'output_text') throw unsupported('answer')
      const text = guardedText(guard, String(part['text']))
      texts.push(text)
      const isSame = text === part['text']
      return {
        ...part,
        text,
        // Places in the old text, and the log of its single tokens.
        ...judgedMembers(part, guard, ['annotations']),
        ...(isSame ? {} : { logprobs: [] }),
      }
    }),
  }
}

function judgedMembers(item: Fields, guard: Guard, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, guardedJson(guard, item[name])]] : [])))
}
