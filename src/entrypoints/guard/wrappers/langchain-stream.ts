import type { ToolCall } from '../../../domain/session/conversation.ts'
import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { isFields, readContent, unsupported, type Fields } from './content.ts'
import { guardedKwargs, withoutCopies } from './langchain-answer.ts'
import { cloneAnswer, cloneMessage, type LangChainMessage } from './langchain-message.ts'
import { changedCalls, toolCallsOf, withoutCalls } from './langchain-messages.ts'
import { keptMetadata, keptOutput } from './langchain-metadata.ts'
import { withoutTokenLogs } from './provider-members.ts'
import { admitCalls, denialFrom, type Situation } from './wrapper-options.ts'

/** Told of each piece of text, as callbacks of a model are. */
export interface RunManager {
  handleLLMNewToken?(text: string, ...rest: readonly unknown[]): Promise<void>
}

interface MessageChunk extends LangChainMessage {
  readonly tool_call_chunks?: unknown
  readonly usage_metadata?: unknown
  concat?(next: MessageChunk): MessageChunk
}

/** A piece of a streamed answer. */
export interface GenerationChunk {
  readonly text: string
  readonly message: MessageChunk
  readonly generationInfo?: unknown
}

/** Chunks of calls, and those that say something beside the text. */
const HELD_CHUNKS_MAX = 100_000
/** Parts of a chunk that are not its text: calls, which go on at the end, and reasoning, which a stream leaves out. */
const OTHER_PARTS = new Set([
  'tool_call',
  'tool_call_chunk',
  'tool_use',
  'function_call',
  'input_json_delta',
  'reasoning',
  'thinking',
])

/** Pieces of an answer: text as far as it is safe; what stands beside it, and tool calls, whole and judged at the end. */
export async function* guardGenerations(
  source: AsyncGenerator<GenerationChunk>,
  guard: Guard,
  situation: Situation,
): AsyncGenerator<GenerationChunk> {
  const text = guard.stream()
  const held = new HeldChunks()
  const said = { written: '', delivered: '' }
  let last: GenerationChunk | undefined
  try {
    for await (const chunk of source) {
      last = chunk
      held.take(chunk.message)
      const own = textOf(chunk.message, situation.options.nonText === 'pass')
      const safe = text.push(own)
      refuseWithheld(text)
      said.written += own
      said.delivered += safe
      const guarded = textPiece(chunk, safe)
      if (guarded !== undefined) yield guarded
    }
    const rest = text.end()
    refuseWithheld(text)
    if (last === undefined) return
    if (rest !== '') yield pieceOf(last, rest, bare(last.message, rest), {})
    const isSame = said.written === said.delivered + rest
    for (const message of held.end(guard, situation, isSame)) yield pieceOf(last, '', message, {})
  } catch (error) {
    const denied = denialFrom(error, situation.options)
    if (situation.options.onDeny !== 'content-filter' || last === undefined) throw denied
    const filtered = { finish_reason: 'content_filter' }
    yield pieceOf(last, '', bare(last.message, '', filtered), filtered)
  }
}

/** What comes in pieces and can only be judged whole: calls, and what stands beside the text. */
class HeldChunks {
  #calls: MessageChunk | undefined
  #beside: MessageChunk | undefined
  #count = 0

  take(message: MessageChunk): void {
    const call = hasCall(message) ? callPiece(message) : undefined
    const beside = besidePiece(message)
    if (call !== undefined) this.#calls = this.#calls?.concat?.(call) ?? call
    if (beside !== undefined) this.#beside = this.#beside?.concat?.(beside) ?? beside
    if ((call !== undefined || beside !== undefined) && ++this.#count > HELD_CHUNKS_MAX) throw unsupported('chunks')
  }

  /** All of it, judged; the provider's own copy of the answer only where the text is the one that was written. */
  end(guard: Guard, situation: Situation, isSame: boolean): readonly MessageChunk[] {
    const calls = this.#calls === undefined ? undefined : admittedCalls(this.#calls, guard, situation)
    const beside =
      this.#beside === undefined
        ? undefined
        : guardedBeside(this.#beside, guard, isSame && (calls === undefined || calls === this.#calls))
    return [beside, calls].filter((message) => message !== undefined)
  }
}

/** The calls as they are to be made: the same where that is as they were written. What cannot be parsed cannot be authorised. */
function admittedCalls(calls: MessageChunk, guard: Guard, situation: Situation): MessageChunk {
  const { invalid_tool_calls: invalid = [] } = calls
  const parsed = toolCallsOf(calls)
  if (parsed.length === 0 || !Array.isArray(invalid) || invalid.length > 0) throw unsupported('tool_calls')
  const admitted = admitCalls(guard, parsed, situation)
  const changed = changedCalls(calls, parsed, admitted)
  return changed === undefined ? calls : cloneMessage(calls, { ...changed, ...chunksOf(admitted) })
}

/** A chunk carries its calls as text as well. */
function chunksOf(calls: readonly ToolCall[]): { readonly tool_call_chunks: unknown } {
  return {
    tool_call_chunks: calls.map(({ id, name, arguments: args }, index) => ({
      type: 'tool_call_chunk',
      index,
      id,
      name,
      args,
    })),
  }
}

function refuseWithheld(text: GuardedTextStream): void {
  const denial = text.isWithheld ? denialOf(text.judgement, 'output') : undefined
  if (denial !== undefined) throw new GuardDenied(denial)
}

function hasCall(message: MessageChunk): boolean {
  return [message.tool_call_chunks, message.tool_calls].some((calls) => Array.isArray(calls) && calls.length > 0)
}

function textOf(message: MessageChunk, passes: boolean): string {
  return readContent(message.content, (type) => passes || OTHER_PARTS.has(type)).text
}

/** A piece without words, calls or counts of its own. */
function bare(message: MessageChunk, content: string, metadata: Fields = {}): MessageChunk {
  return cloneAnswer(message, {
    content,
    tool_calls: [],
    invalid_tool_calls: [],
    tool_call_chunks: [],
    additional_kwargs: {},
    response_metadata: metadata,
    usage_metadata: undefined,
  })
}

function callPiece(message: MessageChunk): MessageChunk {
  return cloneAnswer(message, {
    content: '',
    additional_kwargs: {},
    response_metadata: {},
    usage_metadata: undefined,
  })
}

/** What a chunk says beside its text, which comes in pieces as the text does and is held until it is whole. */
function besidePiece(message: MessageChunk): MessageChunk | undefined {
  const { additional_kwargs: kwargs, response_metadata: metadata } = message
  const others = withoutCopies(withoutCalls(kwargs))
  const { output, model_provider: provider } = isFields(metadata) ? metadata : {}
  if (output === undefined && Object.keys(others).length === 0) return undefined
  return cloneAnswer(bare(message, ''), {
    // By the kind of the content, and by the provider, the client knows how to read the rest.
    content: Array.isArray(message.content) ? [] : '',
    additional_kwargs: others,
    response_metadata: {
      ...(provider === undefined ? {} : { model_provider: provider }),
      ...(output === undefined ? {} : { output: withoutTokenLogs(output) }),
    },
  })
}

function guardedBeside(beside: MessageChunk, guard: Guard, isSame: boolean): MessageChunk {
  return cloneAnswer(beside, {
    additional_kwargs: guardedKwargs(guard, beside.additional_kwargs),
    response_metadata: {
      ...keptMetadata(beside.response_metadata),
      ...(isSame ? keptOutput(guard, beside.response_metadata) : {}),
    },
  })
}

/** The chunk with the safe text in place of its own, and its counts; undefined when nothing is left. */
function textPiece(chunk: GenerationChunk, safe: string): GenerationChunk | undefined {
  const { usage_metadata: usage, response_metadata: metadata } = chunk.message
  const kept = keptMetadata(metadata)
  const info = keptMetadata(chunk.generationInfo)
  const says = safe !== '' || usage !== undefined || Object.keys(kept).length > 0 || Object.keys(info).length > 0
  return says
    ? pieceOf(chunk, safe, cloneAnswer(bare(chunk.message, safe, kept), { usage_metadata: usage }), info)
    : undefined
}

/** Pieces are of the client's own class: it puts them together. */
function pieceOf(like: GenerationChunk, text: string, message: MessageChunk, generationInfo: object): GenerationChunk {
  const piece = Object.create(Object.getPrototypeOf(like) as object) as GenerationChunk
  return Object.assign(piece, { text, message, generationInfo })
}
