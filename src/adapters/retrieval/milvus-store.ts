import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import type { RetrievalScope } from '../../domain/retrieval/retrieval-scope.ts'
import { callStore, fieldProblem, NO_VECTOR } from './call-store.ts'

export interface MilvusSearch {
  readonly collection_name: string
  readonly data: number[]
  readonly anns_field: string
  readonly limit: number
  readonly filter: string
  readonly output_fields: string[]
}

/** What is used of `MilvusClient` of `@zilliz/milvus2-sdk-node`. */
export interface MilvusClient {
  search(request: MilvusSearch): Promise<{
    status: { error_code: string | number }
    results: readonly Record<string, unknown>[]
  }>
}

export interface MilvusCollection {
  readonly collection: string
  readonly id: string
  readonly text: string
  readonly vector: string
  /** JSON field with the label of ingestion. */
  readonly label?: string | undefined
}

/**
 * The request of one search, for a `VARCHAR` tenant field and an `ARRAY` of `VARCHAR` permission field.
 * Fails with `retrieval/field` or `retrieval/no-vector`.
 */
export function milvusSearch(
  collection: MilvusCollection,
  { vector, limit, scope }: ScopedQuery,
): Result<MilvusSearch, Problem> {
  const { id, text, label } = collection
  const problem = fieldProblem(
    collection.collection,
    id,
    text,
    collection.vector,
    label,
    scope.tenantField,
    scope.aclField,
  )
  if (problem !== undefined) return fail(problem)
  if (vector === undefined) return fail(NO_VECTOR)
  return ok({
    collection_name: collection.collection,
    data: [...vector],
    anns_field: collection.vector,
    limit,
    filter: milvusFilter(scope),
    output_fields: [id, text, label, scope.tenantField, scope.aclField].filter((field) => field !== undefined),
  })
}

function milvusFilter({ tenantField, tenants, aclField, permissions }: RetrievalScope): string {
  return [
    ...(tenantField === undefined ? [] : [`${tenantField} in [${tenants.map(literal).join(', ')}]`]),
    ...(aclField === undefined ? [] : [`array_contains_any(${aclField}, [${permissions.map(literal).join(', ')}])`]),
  ].join(' and ')
}

/**
 * A string literal of Milvus' expression language. SECURITY: names come from the application's token; backslash and quote
 * are the two characters that could end the literal, and a scope holds no control characters.
 */
function literal(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

export function milvusStore(client: MilvusClient, collection: MilvusCollection): RetrievalStore {
  return async (query) => {
    const request = milvusSearch(collection, query)
    if (!request.ok) return request
    const answer = await callStore(async () => {
      const { status, results } = await client.search(request.value)
      // The client answers a refused search with a status instead of an error.
      return [{ isGood: status.error_code === 'Success' || status.error_code === 0, results }]
    })
    if (!answer.ok) return answer
    const [{ isGood, results }] = answer.value as [{ isGood: boolean; results: readonly Record<string, unknown>[] }]
    if (!isGood) return fail({ code: 'retrieval/store', message: 'the store refused the search' })
    return ok(results.map((row) => hitOf(row, collection)))
  }
}

function hitOf(row: Record<string, unknown>, { id, text, label }: MilvusCollection): unknown {
  return {
    id: typeof row[id] === 'number' ? String(row[id]) : row[id],
    text: row[text],
    metadata: { ...row, ...(label === undefined ? {} : { label: row[label] ?? undefined }) },
    score: row['score'],
  }
}
