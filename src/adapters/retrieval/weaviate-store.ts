import { parsedJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { callStore, fieldProblem, NO_VECTOR } from './call-store.ts'

/** A filter as `collection.filter.byProperty(…).containsAny(…)` and `Filters.and(…)` of weaviate-client 3 build it. */
export interface WeaviateFilter {
  readonly operator: 'And' | 'ContainsAny'
  readonly target?: { property: string }
  readonly filters?: WeaviateFilter[]
  readonly value: string[] | null
}

export interface WeaviateOptions {
  readonly limit: number
  readonly filters?: WeaviateFilter
  readonly returnProperties: string[]
  readonly returnMetadata: 'distance'[]
}

/** What is used of a collection of `weaviate-client` 3. */
export interface WeaviateCollection {
  readonly query: {
    nearVector(
      vector: number[],
      options: WeaviateOptions,
    ): Promise<{
      objects: readonly {
        uuid: string
        properties: Record<string, unknown>
        metadata?: { distance?: number | undefined } | undefined
      }[]
    }>
  }
}

export interface WeaviateFields {
  readonly text: string
  /** Text property with the label of ingestion as JSON. */
  readonly label?: string | undefined
}

/** Options of one `nearVector`. Tenant and permission properties must have the tokenisation `field`. Fails with `retrieval/field`. */
export function weaviateOptions(
  fields: WeaviateFields,
  { limit, scope }: ScopedQuery,
): Result<WeaviateOptions, Problem> {
  const problem = fieldProblem(fields.text, fields.label, scope.tenantField, scope.aclField)
  if (problem !== undefined) return fail(problem)
  const filters: WeaviateFilter[] = [
    ...(scope.tenantField === undefined ? [] : [containsAny(scope.tenantField, scope.tenants)]),
    ...(scope.aclField === undefined ? [] : [containsAny(scope.aclField, scope.permissions)]),
  ]
  return ok({
    limit,
    ...(filters.length === 0 ? {} : { filters: { operator: 'And' as const, filters, value: null } }),
    returnProperties: [fields.text, fields.label, scope.tenantField, scope.aclField].filter(
      (name) => name !== undefined,
    ),
    returnMetadata: ['distance'],
  })
}

function containsAny(property: string, value: readonly string[]): WeaviateFilter {
  return { operator: 'ContainsAny', target: { property }, value: [...value] }
}

export function weaviateStore(collection: WeaviateCollection, fields: WeaviateFields): RetrievalStore {
  return async (query) => {
    const options = weaviateOptions(fields, query)
    if (!options.ok) return options
    const { vector } = query
    if (vector === undefined) return fail(NO_VECTOR)
    return callStore(async () => {
      const { objects } = await collection.query.nearVector([...vector], options.value)
      return objects.map(({ uuid, properties, metadata }) => ({
        id: uuid,
        text: properties[fields.text],
        metadata: {
          ...properties,
          ...(fields.label === undefined ? {} : { label: parsedLabel(properties[fields.label]) }),
        },
        score: metadata?.distance,
      }))
    })
  }
}

/** A text that is no JSON stays what it is: the guard then denies the chunk as `label-malformed`. */
function parsedLabel(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? undefined
  const parsed = parsedJson(value)
  return parsed === undefined ? value : parsed
}
