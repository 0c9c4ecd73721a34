import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import type { Guard } from '../guard-setup.ts'
import { isFields, readContent, unsupported, type ContentText, type Fields } from './content.ts'
import { filtered, guardAnswer, readCall } from './openai-response-answer.ts'
import { filteredEvents, guardEvents } from './openai-response-stream.ts'
import type { ChunkStream } from './openai-guarded-stream.ts'
import { admitMessages, denialFrom, guardOfAnswer, type WrapperOptions } from './wrapper-options.ts'

interface Target {
  readonly responses: { create(body: never, options?: never): PromiseLike<unknown> }
  readonly guard: Guard
  readonly options: WrapperOptions
}

/** State and work at the provider, of which the guard sees nothing. */
const REFUSED = ['previous_response_id', 'conversation', 'prompt', 'background'] as const

/** Guards one call of the responses API, streamed or not. */
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
    const response = { id: 'resp-denied', object: 'response', model: body['model'] }
    return body['stream'] === true ? filteredEvents(response) : filtered(response)
  }
  const create = responses.create.bind(responses) as unknown as (body: Fields, options?: unknown) => Promise<unknown>
  const answer = await create({ ...body, input }, requestOptions)
  const situation = { messages: conversation, options }
  const answering = guardOfAnswer(guard, situation)
  if (body['stream'] === true) return guardEvents(answer as ChunkStream, answering, situation)
  try {
    return guardAnswer(answer, answering, situation)
  } catch (error) {
    const denied = denialFrom(error, options)
    if (options.onDeny !== 'content-filter' || !isFields(answer)) throw denied
    return filtered(answer)
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
