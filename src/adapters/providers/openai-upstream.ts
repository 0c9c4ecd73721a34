import type { JsonObject } from '../../base/json.ts'
import { CompletionAssembler, parseCompletion, type Completion } from '../../contract/openai/completion.ts'
import { SseDecoder } from './sse-decoder.ts'
import type { ResponseBody, Transport, TransportTarget } from './transport/transport.ts'

export type UpstreamReply =
  | { readonly kind: 'completion'; readonly completion: Completion }
  /** The provider's own refusal of the request (4xx): passed on with its status. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly status?: number | undefined }
  | { readonly kind: 'incomplete'; readonly reason: string }

const REPLY_BYTES_MAX = 8 * 1_048_576
const REFUSAL_BYTES_MAX = 65_536

/** One chat completion of an OpenAI-compatible endpoint, from the first target that answers. */
export async function openAiChat(
  transport: Transport,
  targets: readonly TransportTarget[],
  body: JsonObject,
  signal: AbortSignal,
): Promise<UpstreamReply> {
  const outcome = await transport.send({
    targets,
    signal,
    prepare: ({ model }) => ({ kind: 'send', path: '/chat/completions', body: JSON.stringify({ ...body, model }) }),
  })
  if (outcome.kind === 'failed') {
    const { code, reason, status } = outcome.failure
    if (status !== undefined) return { kind: 'rejected', status, message: reason }
    return code === 'upstream/cancelled' ? { kind: 'incomplete', reason } : { kind: 'unavailable', reason }
  }
  if (outcome.status !== 200) return rejected(outcome.status, outcome.body)
  return body['stream'] === true ? assemble(outcome.body) : parseWhole(outcome.body)
}

async function rejected(status: number, body: ResponseBody): Promise<UpstreamReply> {
  const read = await body.text(REFUSAL_BYTES_MAX)
  if (status >= 500) return { kind: 'unavailable', reason: `the provider answered ${status}`, status }
  let message = `the provider answered ${status}`
  try {
    const parsed = JSON.parse(read.kind === 'text' ? read.text : 'null') as { error?: { message?: unknown } } | null
    if (typeof parsed?.error?.message === 'string') message = parsed.error.message.slice(0, 500)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { kind: 'rejected', status, message }
}

async function parseWhole(body: ResponseBody): Promise<UpstreamReply> {
  const read = await body.text(REPLY_BYTES_MAX)
  if (read.kind === 'broken') return { kind: 'incomplete', reason: read.failure.reason }
  try {
    const completion = parseCompletion(JSON.parse(read.text))
    return completion === undefined
      ? { kind: 'incomplete', reason: 'the answer is no chat completion' }
      : { kind: 'completion', completion }
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'incomplete', reason: 'the answer is no JSON' }
    throw error
  }
}

async function assemble(body: ResponseBody): Promise<UpstreamReply> {
  const decoder = new SseDecoder()
  const assembler = new CompletionAssembler()
  let fault: string | undefined
  const end = await body.read((bytes) => {
    for (const data of decoder.push(bytes)) {
      if (data === '[DONE]' || fault !== undefined) continue
      fault = faultOf(data, assembler)
      if (fault !== undefined) body.cancel()
    }
  })
  if (fault !== undefined) return { kind: 'incomplete', reason: fault }
  // A stream that simply ends is a broken one: only a finish reason on every choice completes it.
  const completion = assembler.finish()
  if (completion !== undefined) return { kind: 'completion', completion }
  return {
    kind: 'incomplete',
    reason: end.kind === 'broken' ? end.failure.reason : 'the provider broke the stream off',
  }
}

function faultOf(data: string, assembler: CompletionAssembler): string | undefined {
  try {
    return assembler.add(JSON.parse(data)) ? undefined : 'a stream event is no chat completion chunk'
  } catch (error) {
    if (error instanceof SyntaxError) return 'a stream event is no JSON'
    throw error
  }
}
