import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { callStore, fieldProblem } from './call-store.ts'

/** What is used of `@opensearch-project/opensearch`: `Client`. */
export interface OpenSearchClient {
  search(parameters: { index: string; body: JsonObject }): Promise<{
    body: { hits: { hits: Iterable<{ _id?: string; _score?: number | null; _source?: Record<string, unknown> }> } }
  }>
}

export interface OpenSearchIndex {
  readonly index: string
  readonly text: string
  readonly vector: string
}

const INDEX = /^[a-z0-9][a-z0-9_.-]{0,254}$/

/**
 * The body of one search. The filter stands inside `knn`, where the lucene and faiss engines apply it while they search;
 * the fields must be mapped as `keyword`. A query without a vector is a `match` on the text field under the same filter.
 * Fails with `retrieval/field`.
 */
export function openSearchBody(
  index: OpenSearchIndex,
  { text, vector, limit, scope }: ScopedQuery,
): Result<JsonObject, Problem> {
  const problem = fieldProblem(index.text, index.vector, scope.tenantField, scope.aclField)
  if (problem !== undefined) return fail(problem)
  if (!INDEX.test(index.index)) return fail({ code: 'retrieval/field', message: 'the index has no plain name' })
  const filter: Json[] = [
    ...(scope.tenantField === undefined ? [] : [{ terms: { [scope.tenantField]: [...scope.tenants] } }]),
    ...(scope.aclField === undefined ? [] : [{ terms: { [scope.aclField]: [...scope.permissions] } }]),
  ]
  const query: JsonObject =
    vector === undefined
      ? { bool: { must: [{ match: { [index.text]: { query: text ?? '' } } }], filter } }
      : { knn: { [index.vector]: { vector: [...vector], k: limit, filter: { bool: { filter } } } } }
  return ok({ size: limit, _source: { excludes: [index.vector] }, query })
}

export function openSearchStore(client: OpenSearchClient, index: OpenSearchIndex): RetrievalStore {
  return async (query) => {
    const body = openSearchBody(index, query)
    if (!body.ok) return body
    return callStore(async () => {
      const answer = await client.search({ index: index.index, body: body.value })
      return Array.from(answer.body.hits.hits, ({ _id, _score, _source }) => ({
        id: _id,
        text: _source?.[index.text],
        metadata: _source ?? {},
        score: _score ?? undefined,
      }))
    })
  }
}
