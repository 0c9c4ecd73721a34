import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { failureOf, fieldGate, tooDeep, unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'
import { REFUSED_IN_EMBEDDINGS } from './refused-fields.ts'

const INPUTS_MAX = 2_048
const VALUES_MAX = 65_536

export interface EmbeddingsRequest {
  readonly model: string
  readonly inputs: readonly string[]
  readonly isList: boolean
  readonly extra: JsonObject
}

// SECURITY: inputs as token numbers say what no guard here can read.
const request = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string().min(1).max(1_000_000), z.array(z.string().min(1).max(1_000_000)).min(1).max(INPUTS_MAX)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).max(VALUES_MAX).nullish(),
})

const refusedIn = fieldGate(REFUSED_IN_EMBEDDINGS, Object.keys(request.shape))

export function parseEmbeddingsRequest(body: unknown): Result<EmbeddingsRequest, WireFailure> {
  const deep = tooDeep(body)
  if (deep !== undefined) return fail(deep)
  const parsed = request.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const refused = refusedIn(body as JsonObject)
  if (refused !== undefined) return fail(unsupportedParameter(refused))
  const { model, input } = parsed.data
  const { input: _, model: __, ...extra } = body as JsonObject
  return ok({
    model,
    inputs: typeof input === 'string' ? [input] : input,
    isList: typeof input !== 'string',
    extra,
  })
}

export function embeddingsUpstreamBody(
  { model, isList, extra }: EmbeddingsRequest,
  inputs: readonly string[],
): JsonObject {
  return { ...extra, model, input: isList ? inputs : (inputs[0] ?? '') }
}

const vector = z.union([
  z.array(z.number()).max(VALUES_MAX),
  z
    .string()
    .max(VALUES_MAX * 6)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/),
])
const answer = z.looseObject({
  model: z.string(),
  data: z.array(z.looseObject({ index: z.int().min(0), embedding: vector })).max(INPUTS_MAX),
  usage: z.looseObject({ prompt_tokens: z.int().min(0) }).nullish(),
})

export interface EmbeddingsAnswer {
  /** Which model the provider says it was. */
  readonly model: string
  readonly vectors: readonly JsonObject[]
  readonly inputTokens: number | undefined
}

/** Numbers only: whatever else the provider says in its answer is not passed on. Undefined where it is none. */
export function parseEmbeddingsAnswer(body: unknown): EmbeddingsAnswer | undefined {
  const parsed = answer.safeParse(body)
  if (!parsed.success) return undefined
  const { model, data, usage } = parsed.data
  return {
    model,
    vectors: data.map(({ index, embedding }) => ({ object: 'embedding', index, embedding })),
    inputTokens: usage?.prompt_tokens,
  }
}

/** Whether there is exactly one vector for each of so many inputs: a client stores what it gets by its index. */
export function isOnePerInput({ vectors }: EmbeddingsAnswer, inputs: number): boolean {
  const indexes = new Set(vectors.map(({ index }) => index))
  return vectors.length === inputs && indexes.size === inputs && vectors.every(({ index }) => Number(index) < inputs)
}

export function embeddingsAnswerBody({ vectors, inputTokens = 0 }: EmbeddingsAnswer, model: string): JsonObject {
  return {
    object: 'list',
    data: [...vectors],
    model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  }
}
