// `@gatehouse/guard/ai-sdk`.
import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import type { GuardDenied } from '../guard-denied.ts'
import type { Guard } from '../guard-setup.ts'
import { callOf, guardMetadata, guardPart } from './ai-sdk-parts.ts'
import { readPrompt } from './ai-sdk-prompt.ts'
import { guardParts, type StreamResult } from './ai-sdk-stream.ts'
import { guardedJson, guardedText, isFields, readContent, unsupported, type Fields } from './content.ts'
import {
  admitCalls,
  admitMessages,
  denialFrom,
  guardOfAnswer,
  type Situation,
  type WrapperOptions,
} from './wrapper-options.ts'

export type { WrapperOptions }

/** Language model middleware of the AI SDK's provider specification `v4` (`@ai-sdk/provider` 4), by shape. */
export interface GuardMiddleware {
  readonly specificationVersion: 'v4'
  transformParams<Params extends object>(options: { params: Params }): Promise<Params>
  wrapGenerate<Result>(options: { doGenerate: () => PromiseLike<Result>; params: object }): Promise<Result>
  wrapStream<Result>(options: { doStream: () => PromiseLike<Result>; params: object }): Promise<Result>
}

/** What `transformParams` found out about a request, for the two that follow. */
interface Admission {
  readonly conversation: readonly ConversationMessage[]
  readonly denied: GuardDenied | undefined
}

/** Guards every call of a language model: `wrapLanguageModel({ model, middleware: guardMiddleware(guard) })`. */
export function guardMiddleware(guard: Guard, options: WrapperOptions = {}): GuardMiddleware {
  const admissions = new WeakMap<object, Admission>()
  const admissionOf = (params: object): Admission => {
    const admission = admissions.get(params)
    // Another middleware changed the request after it was judged, or this function was called by itself.
    if (admission === undefined) throw unsupported('request')
    return admission
  }
  return {
    specificationVersion: 'v4',
    async transformParams<Params extends object>({ params }: { params: Params }): Promise<Params> {
      try {
        const read = readPrompt((params as Fields)['prompt'], options.nonText === 'pass')
        const prompt = read.write(admitMessages(guard, read.conversation))
        const judged = { ...params, prompt }
        admissions.set(judged, { conversation: read.conversation, denied: undefined })
        return judged
      } catch (error) {
        const denied = denialFrom(error, options)
        if (options.onDeny !== 'content-filter') throw denied
        const empty = { ...params, prompt: [] }
        admissions.set(empty, { conversation: [], denied })
        return empty
      }
    },
    async wrapGenerate<Result>({ doGenerate, params }: { doGenerate: () => PromiseLike<Result>; params: object }) {
      const { conversation, denied } = admissionOf(params)
      if (denied !== undefined) return filteredResult({}) as Result
      const result = await doGenerate()
      try {
        const situation = { messages: conversation, options }
        return guardResult(result, guardOfAnswer(guard, situation), situation) as Result
      } catch (error) {
        const reason = denialFrom(error, options)
        if (options.onDeny !== 'content-filter' || !isFields(result)) throw reason
        return filteredResult(result) as Result
      }
    },
    async wrapStream<Result>({ doStream, params }: { doStream: () => PromiseLike<Result>; params: object }) {
      const { conversation, denied } = admissionOf(params)
      if (denied !== undefined) return { stream: filteredParts() } as Result
      const result = (await doStream()) as StreamResult
      const situation = { messages: conversation, options }
      return { ...result, stream: guardParts(result.stream, guardOfAnswer(guard, situation), situation) } as Result
    },
  }
}

const NO_USAGE = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

function filteredResult(result: Fields): Fields {
  return {
    usage: NO_USAGE,
    warnings: [],
    ...withoutBody(result),
    content: [],
    structuredOutputText: undefined,
    finishReason: { unified: 'content-filter', raw: 'guard' },
  }
}

function filteredParts(): ReadableStream<Fields> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] })
      controller.enqueue({
        type: 'finish',
        usage: NO_USAGE,
        finishReason: { unified: 'content-filter', raw: 'guard' },
      })
      controller.close()
    },
  })
}

/** The provider's raw body would repeat what was taken out. */
function withoutBody(result: Fields): Fields {
  const { response } = result
  if (!isFields(response) || !('body' in response)) return result
  const { body: _, ...rest } = response
  return { ...result, response: rest }
}

function guardResult(result: unknown, guard: Guard, situation: Situation): Fields {
  if (!isFields(result) || !Array.isArray(result['content'])) throw unsupported('answer')
  const parts = result['content'].map((part: unknown) => {
    if (!isFields(part)) throw unsupported('answer')
    return part
  })
  const calls = parts.filter(({ type }) => type === 'tool-call')
  const admitted = admitCalls(guard, calls.map(callOf), situation)
  const passes = situation.options.nonText === 'pass'
  let at = 0
  const others = parts.map((part) =>
    part['type'] === 'text'
      ? part
      : part['type'] === 'tool-call'
        ? { ...part, input: admitted[at++]?.arguments ?? '{}' }
        : guardPart(part, guard, passes),
  )
  // The texts of one answer are read in a row, and judged so.
  const text = readContent(others, () => true)
  const content = text.write(guardedText(guard, text.text)) as readonly Fields[]
  const structured = result['structuredOutputText']
  const judged: Fields = {
    ...Object.fromEntries(Object.entries(result).filter(([name]) => RESULT_MEMBERS.has(name))),
    content: content.map((part) =>
      part['type'] === 'text' && 'citations' in part
        ? { ...part, citations: guardedJson(guard, part['citations']) }
        : part,
    ),
    ...(typeof structured === 'string' ? { structuredOutputText: guardedText(guard, structured) } : {}),
  }
  const isSame =
    JSON.stringify([judged['content'], judged['structuredOutputText']]) === JSON.stringify([parts, structured])
  return isSame ? withMetadata(judged, guard, 'keep') : withoutBody(withMetadata(judged, guard, 'drop'))
}

const RESULT_MEMBERS = new Set([
  'content',
  'finishReason',
  'providerMetadata',
  'request',
  'response',
  'structuredOutputText',
  'usage',
  'warnings',
])

/** What the provider says around the answer and around its parts, judged as well. */
function withMetadata(result: Fields, guard: Guard, logs: 'keep' | 'drop'): Fields {
  const { content } = result
  const parts = Array.isArray(content) ? content : []
  return {
    ...guardMetadata(result, guard, logs),
    content: parts.map((part: unknown) => (isFields(part) ? guardMetadata(part, guard, logs) : part)),
  }
}
