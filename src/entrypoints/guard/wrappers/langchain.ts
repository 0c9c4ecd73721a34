// `@gatehouse/guard/langchain`.
import type { Guard } from '../guard-setup.ts'
import { isFields, unsupported } from './content.ts'
import { filteredGeneration, guardGeneration } from './langchain-answer.ts'
import type { LangChainMessage } from './langchain-message.ts'
import { readLangChainMessages } from './langchain-messages.ts'
import { keptMetadata } from './langchain-metadata.ts'
import { guardGenerations, type GenerationChunk, type RunManager } from './langchain-stream.ts'
import { admitMessages, denialFrom, guardOfAnswer, type WrapperOptions } from './wrapper-options.ts'

export type { WrapperOptions }

/** What of a LangChain.js chat model (`@langchain/core` 1) is used, by shape. */
export interface LangChainChatModel {
  _generate(messages: never, options: never, runManager?: never): Promise<unknown>
  invoke(input: never, options?: never): Promise<unknown>
}

type Generate = (messages: readonly LangChainMessage[], options: unknown, runManager?: RunManager) => Promise<unknown>
type StreamChunks = (
  messages: readonly LangChainMessage[],
  options: unknown,
  runManager?: RunManager,
) => AsyncGenerator<GenerationChunk>

/**
 * The same chat model, guarded below its public methods: `invoke`, `stream`, `batch`, `streamEvents`, callbacks and what is
 * built from it by `pipe`, `bindTools`, `withConfig` and `withStructuredOutput` see only what was judged. A response cache is
 * not used. A denied request throws `GuardDenied`; a denied answer too, or is an empty message with `finish_reason: 'content_filter'`.
 */
export function guardChatModel<Model extends LangChainChatModel>(
  model: Model,
  guard: Guard,
  options: WrapperOptions = {},
): Model {
  const inner = model as unknown as Record<string, unknown>
  const guarded = Object.create(model) as Record<string, unknown>
  const generate: Generate = async (messages, callOptions, runManager) =>
    guardedGenerate({ model: inner, guard, options }, messages, callOptions, runManager)
  // A cache shared with the unguarded model would answer with texts that were never judged.
  guarded['cache'] = undefined
  guarded['_generate'] = generate
  const streams = inner['_streamResponseChunks'] as StreamChunks | undefined
  // The base class streams by itself only where a model does; its own function says that this one does not.
  if (streams !== undefined && streams !== baseMethod(model, '_streamResponseChunks'))
    guarded['_streamResponseChunks'] = (
      messages: readonly LangChainMessage[],
      callOptions: unknown,
      run?: RunManager,
    ) => guardedChunks({ model: inner, guard, options }, messages, callOptions, run)
  guarded['_streamChatModelEvents'] = baseMethod(model, '_streamChatModelEvents')
  for (const name of ['bindTools', 'withConfig'] as const) {
    const method = inner[name] as ((...args: readonly unknown[]) => unknown) | undefined
    if (method !== undefined)
      guarded[name] = (...args: readonly unknown[]) =>
        guardedAgain(method.apply(model, [...args]), model, guard, options)
  }
  return guarded as Model
}

/** The method as the class furthest up the chain declares it: the base class of all chat models. */
function baseMethod(model: object, name: string): unknown {
  let found: unknown
  for (let at: object | null = model; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (Object.hasOwn(at, name)) found = (at as Record<string, unknown>)[name]
  return found
}

/** What a model makes of itself with other settings: another model, or a binding around one. */
function guardedAgain(made: unknown, model: LangChainChatModel, guard: Guard, options: WrapperOptions): unknown {
  if (!isFields(made)) throw unsupported('runnable')
  if (typeof made['_generate'] === 'function')
    return guardChatModel(made as unknown as LangChainChatModel, guard, options)
  const { bound } = made
  if (!isFields(bound)) throw unsupported('runnable')
  const binding = Object.create(made) as Record<string, unknown>
  binding['bound'] = guardedAgain(bound === (model as unknown) ? model : bound, model, guard, options)
  return binding
}

interface Target {
  readonly model: Record<string, unknown>
  readonly guard: Guard
  readonly options: WrapperOptions
}

function admit({ guard, options }: Target, messages: readonly LangChainMessage[]) {
  const read = readLangChainMessages(messages, options.nonText === 'pass')
  return { conversation: read.conversation, messages: read.write(admitMessages(guard, read.judgeable)) }
}

async function guardedGenerate(
  target: Target,
  messages: readonly LangChainMessage[],
  callOptions: unknown,
  runManager: RunManager | undefined,
): Promise<unknown> {
  const { model, guard, options } = target
  let template: LangChainMessage | undefined
  try {
    const admitted = admit(target, messages)
    const situation = { messages: admitted.conversation, options }
    const answering = guardOfAnswer(guard, situation)
    const generate = model['_generate'] as Generate
    // Without the run manager: a model that streams inside would tell its callbacks raw tokens.
    const result = await generate.call(model, admitted.messages, callOptions)
    if (!isFields(result) || !Array.isArray(result['generations'])) throw unsupported('answer')
    const generations = result['generations'].map((generation: unknown) => {
      if (!isFields(generation) || !isFields(generation['message'])) throw unsupported('answer')
      const message = generation['message'] as unknown as LangChainMessage
      template ??= message
      return guardGeneration({ message, generationInfo: generation['generationInfo'] }, answering, situation)
    })
    for (const { text } of generations) if (text !== '') await runManager?.handleLLMNewToken?.(text)
    const { llmOutput } = result
    return llmOutput === undefined ? { generations } : { generations, llmOutput: keptMetadata(llmOutput) }
  } catch (error) {
    const denied = denialFrom(error, options)
    if (options.onDeny !== 'content-filter' || template === undefined) throw denied
    return { generations: [filteredGeneration(template)] }
  }
}

async function* guardedChunks(
  target: Target,
  messages: readonly LangChainMessage[],
  callOptions: unknown,
  runManager: RunManager | undefined,
): AsyncGenerator<GenerationChunk> {
  const { model, guard, options } = target
  let admitted
  try {
    admitted = admit(target, messages)
  } catch (error) {
    throw denialFrom(error, options)
  }
  const chunks = (model['_streamResponseChunks'] as StreamChunks).call(model, admitted.messages, callOptions)
  const situation = { messages: admitted.conversation, options }
  for await (const chunk of guardGenerations(chunks, guardOfAnswer(guard, situation), situation)) {
    yield chunk
    if (chunk.text !== '')
      await runManager?.handleLLMNewToken?.(chunk.text, undefined, undefined, undefined, undefined, { chunk })
  }
}
