import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { callStore, fieldProblem, NO_VECTOR } from './call-store.ts'

export interface PineconeQuery {
  readonly vector: number[]
  readonly topK: number
  readonly filter?: JsonObject
  readonly includeMetadata: true
}

/** What is used of an `Index`, or of one `namespace` of it, of `@pinecone-database/pinecone`. */
export interface PineconeIndex {
  query(request: PineconeQuery): Promise<{
    matches: readonly { id: string; score?: number | undefined; metadata?: Record<string, unknown> | undefined }[]
  }>
}

export interface PineconeFields {
  /** Metadata field with the chunk's text. */
  readonly text: string
  /** Metadata field with the integrity of the label of ingestion; metadata hold no objects. */
  readonly integrity?: string | undefined
  readonly confidentiality?: string | undefined
}

/** The request of one search. `$in` on a list asks for one entry in common. Fails with `retrieval/field` or `retrieval/no-vector`. */
export function pineconeQuery(
  fields: PineconeFields,
  { vector, limit, scope }: ScopedQuery,
): Result<PineconeQuery, Problem> {
  const problem = fieldProblem(fields.text, fields.integrity, fields.confidentiality, scope.tenantField, scope.aclField)
  if (problem !== undefined) return fail(problem)
  if (vector === undefined) return fail(NO_VECTOR)
  const conditions: JsonObject[] = [
    ...(scope.tenantField === undefined ? [] : [{ [scope.tenantField]: { $in: [...scope.tenants] } }]),
    ...(scope.aclField === undefined ? [] : [{ [scope.aclField]: { $in: [...scope.permissions] } }]),
  ]
  return ok({
    vector: [...vector],
    topK: limit,
    ...(conditions.length === 0 ? {} : { filter: { $and: conditions } }),
    includeMetadata: true,
  })
}

export function pineconeStore(index: PineconeIndex, fields: PineconeFields): RetrievalStore {
  return async (query) => {
    const request = pineconeQuery(fields, query)
    if (!request.ok) return request
    return callStore(async () => {
      const { matches } = await index.query(request.value)
      return matches.map(({ id, score, metadata = {} }) => ({
        id,
        text: metadata[fields.text],
        metadata: { ...metadata, ...labelOf(metadata, fields) },
        score,
      }))
    })
  }
}

function labelOf(metadata: Record<string, unknown>, { integrity, confidentiality }: PineconeFields): object {
  if (integrity === undefined || confidentiality === undefined) return {}
  return { label: { integrity: metadata[integrity], confidentiality: metadata[confidentiality] } }
}
