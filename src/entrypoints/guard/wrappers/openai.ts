// `@gatehouse/guard/openai`.
import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import type { Guard } from '../guard-setup.ts'
import { guardedJson, guardedText, isFields, unsupported, type Fields } from './content.ts'
import { readChatMessages, readToolCalls, writeToolCalls } from './openai-messages.ts'
import { guardResponse } from './openai-responses.ts'
import type { ChunkStream } from './openai-guarded-stream.ts'
import { filteredStream, guardedStream } from './openai-stream.ts'
import {
  admitCalls,
  admitMessages,
  denialFrom,
  guardOfAnswer,
  type Situation,
  type WrapperOptions,
} from './wrapper-options.ts'

export type { WrapperOptions }

interface Creates {
  create(body: never, options?: never): PromiseLike<unknown>
}

/** What of the `openai` client is used, by shape: the package is not imported. */
export interface OpenAIClient {
  readonly chat: { readonly completions: Creates }
  readonly responses?: Creates | undefined
}

/**
 * The guarded calls, with the types of the client's own. They give promises without `asResponse`, and streams that can be
 * iterated, aborted by their `controller` and turned into a `ReadableStream`. Nothing else of the client is reachable.
 */
export interface GuardedOpenAI<Client extends OpenAIClient> {
  readonly chat: { readonly completions: { readonly create: Client['chat']['completions']['create'] } }
  readonly responses: { readonly create: NonNullable<Client['responses']>['create'] }
}

type Create = (body: Fields, options?: unknown) => Promise<unknown>

/** Guards the chat completions and responses of an OpenAI client, streamed or not. */
export function guardOpenAI<Client extends OpenAIClient>(
  client: Client,
  guard: Guard,
  options: WrapperOptions = {},
): GuardedOpenAI<Client> {
  const chat: Create = async (body, requestOptions) =>
    createCompletion({ completions: client.chat.completions, guard, options }, body, requestOptions)
  const respond: Create = async (body, requestOptions) => {
    if (client.responses === undefined) throw unsupported('endpoint')
    return guardResponse({ responses: client.responses, guard, options }, body, requestOptions)
  }
  return {
    chat: { completions: { create: chat as unknown as Client['chat']['completions']['create'] } },
    responses: { create: respond as unknown as NonNullable<Client['responses']>['create'] },
  }
}

interface Target {
  readonly completions: Creates
  readonly guard: Guard
  readonly options: WrapperOptions
}

/** Fields by which a provider would speak, keep or fetch what the guard cannot read. */
const REFUSED = ['functions', 'function_call', 'web_search_options', 'audio', 'prediction'] as const

async function createCompletion(target: Target, body: Fields, requestOptions: unknown): Promise<unknown> {
  const { completions, guard, options } = target
  const passes = (): boolean => options.nonText === 'pass'
  let conversation: readonly ConversationMessage[]
  let messages: readonly unknown[]
  try {
    for (const name of REFUSED) if (body[name] !== undefined && body[name] !== null) throw unsupported(name)
    const read = readChatMessages(body['messages'], passes)
    conversation = read.conversation
    messages = read.write(admitMessages(guard, read.judgeable))
  } catch (error) {
    const denied = denialFrom(error, options)
    if (options.onDeny !== 'content-filter') throw denied
    return body['stream'] === true ? filteredStream(body) : filteredCompletion(body)
  }
  const create = completions.create.bind(completions) as unknown as Create
  const answer = await create({ ...body, messages }, requestOptions)
  const situation = { messages: conversation, options }
  const answering = guardOfAnswer(guard, situation)
  if (body['stream'] === true) return guardedStream(answer as ChunkStream, answering, situation)
  return guardCompletion(answer, answering, situation)
}

function guardCompletion(answer: unknown, guard: Guard, situation: Situation): unknown {
  if (!isFields(answer) || !Array.isArray(answer['choices'])) throw unsupported('answer')
  return {
    ...answer,
    choices: answer['choices'].map((choice: unknown) => {
      if (!isFields(choice) || !isFields(choice['message'])) throw unsupported('answer')
      return guardChoice(choice, choice['message'], guard, situation)
    }),
  }
}

function guardChoice(choice: Fields, message: Fields, guard: Guard, situation: Situation): Fields {
  try {
    if (message['audio'] !== undefined && message['audio'] !== null) throw unsupported('audio')
    if (message['function_call'] !== undefined && message['function_call'] !== null) throw unsupported('function_call')
    const calls = admitCalls(guard, readToolCalls(message['tool_calls']), situation)
    const judged: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(message))
      judged[key] =
        key === 'role' ? value : key === 'tool_calls' ? writeToolCalls(value, calls) : guardMember(guard, value)
    const isSame = Object.entries(message).every(([key, value]) => judged[key] === value)
    if (isSame) return choice
    // The log of single tokens would repeat what was taken out.
    return { ...choice, message: judged, ...('logprobs' in choice ? { logprobs: null } : {}) }
  } catch (error) {
    const denied = denialFrom(error, situation.options)
    if (situation.options.onDeny !== 'content-filter') throw denied
    return {
      ...choice,
      message: { role: 'assistant', content: '', refusal: null },
      finish_reason: 'content_filter',
      ...('logprobs' in choice ? { logprobs: null } : {}),
    }
  }
}

function guardMember(guard: Guard, value: unknown): unknown {
  return typeof value === 'string' ? guardedText(guard, value) : guardedJson(guard, value)
}

/** What a provider answers whose own filter stopped the prompt. */
function filteredCompletion(body: Fields): Fields {
  return {
    id: 'chatcmpl-denied',
    object: 'chat.completion',
    created: 0,
    model: body['model'],
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: '', refusal: null },
        logprobs: null,
        finish_reason: 'content_filter',
      },
    ],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  }
}
