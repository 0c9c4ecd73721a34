import {
  embeddingsUpstreamBody,
  isOnePerInput,
  parseEmbeddingsAnswer,
  type EmbeddingsAnswer,
  type EmbeddingsRequest,
} from '../../contract/openai/embeddings.ts'
import { fieldsOfJson } from '../../contract/wire/event-decoder.ts'
import { failureReply, rejected, type UpstreamFailure } from './ask-model.ts'
import type { Transport, TransportTarget } from './transport/transport.ts'
import { embeddingsPath } from './upstream-dialect.ts'

const REPLY_BYTES_MAX = 32 * 1_048_576

export type EmbeddingsReply =
  | { readonly kind: 'answer'; readonly answer: EmbeddingsAnswer; readonly target: TransportTarget }
  | UpstreamFailure

/** Has judged texts turned into numbers. */
export async function askEmbeddings(
  transport: Transport,
  request: EmbeddingsRequest,
  {
    inputs,
    targets,
    signal,
  }: {
    readonly inputs: readonly string[]
    readonly targets: readonly TransportTarget[]
    readonly signal: AbortSignal
  },
): Promise<EmbeddingsReply> {
  const outcome = await transport.send({
    targets,
    signal,
    prepare(target, upstream) {
      const path = embeddingsPath(upstream, target.model)
      if (path === undefined) return { kind: 'refuse', reason: 'the provider makes no embeddings' }
      const body = embeddingsUpstreamBody({ ...request, model: target.model }, inputs)
      return { kind: 'send', path, body: JSON.stringify(body) }
    },
  })
  if (outcome.kind === 'failed') return failureReply(outcome.failure)
  const { status, headers, body, target } = outcome
  const text = await body.text(REPLY_BYTES_MAX)
  if (status !== 200) return rejected(status, headers['retry-after'], text)
  if (text.kind === 'broken') return { ...failureReply(text.failure), hasBegun: true }
  const answer = parseEmbeddingsAnswer(fieldsOfJson(text.text))
  if (answer === undefined) return { kind: 'incomplete', reason: 'the answer holds no embeddings', hasBegun: true }
  return isOnePerInput(answer, inputs.length)
    ? { kind: 'answer', answer, target }
    : { kind: 'incomplete', reason: 'the answer does not hold one embedding for each input', hasBegun: true }
}
