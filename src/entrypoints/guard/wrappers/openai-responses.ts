import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import type { Guard } from '../guard-setup.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { filtered, guardAnswer } from './openai-response-answer.ts'
import { readInput } from './openai-response-input.ts'
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
    const read = readInput(body['input'], () => options.nonText === 'pass')
    conversation = read.conversation
    input = read.write(admitMessages(guard, read.judgeable))
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
