import type { ToolCall } from '../../../domain/session/conversation.ts'
import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../judge-messages.ts'
import { guardedJson, isFields, readContent, unsupported } from './content.ts'
import { changedArguments, cloneMessage, toolCallsOf, type LangChainMessage } from './langchain-messages.ts'
import { admitCalls, denialFrom, type Situation } from './wrapper-options.ts'

/** Told of each piece of text, as callbacks of a model are. */
export interface RunManager {
  handleLLMNewToken?(text: string, ...rest: readonly unknown[]): Promise<void>
}

interface MessageChunk extends LangChainMessage {
  readonly tool_call_chunks?: unknown
  concat?(next: MessageChunk): MessageChunk
}

/** A piece of a streamed answer. */
export interface GenerationChunk {
  readonly text: string
  readonly message: MessageChunk
  readonly generationInfo?: unknown
}

const CALL_CHUNKS_MAX = 100_000
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

/** Pieces of an answer: text as far as it is safe, tool calls whole and authorised at the end. */
export async function* guardGenerations(
  source: AsyncGenerator<GenerationChunk>,
  guard: Guard,
  situation: Situation,
): AsyncGenerator<GenerationChunk> {
  const text = guard.stream()
  let last: GenerationChunk | undefined
  let calls: MessageChunk | undefined
  let callChunks = 0
  try {
    for await (const chunk of source) {
      last = chunk
      const piece = hasCall(chunk.message) ? callPiece(chunk.message) : undefined
      if (piece !== undefined) {
        if (++callChunks > CALL_CHUNKS_MAX) throw unsupported('tool_calls')
        calls = calls?.concat?.(piece) ?? piece
      }
      const safe = text.push(textOf(chunk.message, situation.options.nonText === 'pass'))
      refuseWithheld(text)
      const guarded = textPiece(chunk, safe, guard)
      if (guarded !== undefined) yield guarded
    }
    const rest = text.end()
    refuseWithheld(text)
    if (rest !== '' && last !== undefined) yield pieceOf(last, rest, bare(last.message, rest), {})
    if (calls !== undefined && last !== undefined) {
      // What cannot be parsed cannot be authorised.
      const { invalid_tool_calls: invalid = [] } = calls
      const parsed = toolCallsOf(calls)
      if (parsed.length === 0 || !Array.isArray(invalid) || invalid.length > 0) throw unsupported('tool_calls')
      const admitted = admitCalls(guard, parsed, situation)
      yield pieceOf(last, '', withArguments(calls, parsed, admitted), {})
    }
  } catch (error) {
    const denied = denialFrom(error, situation.options)
    if (situation.options.onDeny !== 'content-filter' || last === undefined) throw denied
    const filtered = { finish_reason: 'content_filter' }
    yield pieceOf(last, '', bare(last.message, '', filtered), filtered)
  }
}

/** The calls as they are to be made. */
function withArguments(calls: MessageChunk, written: readonly ToolCall[], admitted: readonly ToolCall[]): MessageChunk {
  const changed = changedArguments(calls, written, admitted)
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
function bare(message: MessageChunk, content: string, metadata: object = {}): MessageChunk {
  return cloneMessage(message, {
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
  return cloneMessage(message, {
    content: '',
    additional_kwargs: {},
    response_metadata: {},
    usage_metadata: undefined,
  })
}

/** The chunk as it came, with the safe text in place of its own and without tool calls; undefined when nothing is left. */
function textPiece(chunk: GenerationChunk, safe: string, guard: Guard): GenerationChunk | undefined {
  const { additional_kwargs: kwargs } = chunk.message
  const { tool_calls: _, function_call: __, ...others } = isFields(kwargs) ? kwargs : {}
  const message = cloneMessage(chunk.message, {
    content: safe,
    tool_calls: [],
    invalid_tool_calls: [],
    tool_call_chunks: [],
    additional_kwargs: guardedJson(guard, others),
  })
  const { usage_metadata: usage, response_metadata: metadata } = message as {
    usage_metadata?: unknown
    response_metadata?: unknown
  }
  const says = safe !== '' || usage !== undefined || Object.keys(others).length > 0
  const ends = isFields(metadata) && Object.keys(metadata).length > 0
  return says || ends || chunk.generationInfo !== undefined ? pieceOf(chunk, safe, message) : undefined
}

/** Pieces are of the client's own class: it puts them together. */
function pieceOf(like: GenerationChunk, text: string, message: MessageChunk, generationInfo?: object): GenerationChunk {
  const piece = Object.create(Object.getPrototypeOf(like) as object) as GenerationChunk
  return Object.assign(piece, like, { text, message }, generationInfo === undefined ? {} : { generationInfo })
}
