import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { callStore, fieldProblem, NO_VECTOR } from './call-store.ts'

/** What is used of `pg`: a `Client`, `Pool` or `PoolClient`. */
export interface PgClient {
  query(statement: { text: string; values: unknown[] }): Promise<{ rows: Record<string, unknown>[] }>
}

export interface PgvectorTable {
  readonly schema?: string | undefined
  readonly table: string
  readonly id: string
  readonly text: string
  readonly vector: string
  /** `json` or `jsonb` column with the label of ingestion. */
  readonly label?: string | undefined
  /** `float-array`: an exact search over a `float8[]` column, for a database without the extension. */
  readonly distance: 'cosine' | 'l2' | 'inner-product' | 'float-array'
}

const OPERATORS = { cosine: '<=>', l2: '<->', 'inner-product': '<#>' } as const

/**
 * The statement of one search, for a `text` tenant column and a `text[]` permission column. Names are validated and quoted,
 * values are parameters. Fails with `retrieval/field` or `retrieval/no-vector`.
 */
export function pgvectorStatement(
  table: PgvectorTable,
  { vector, limit, scope }: ScopedQuery,
): Result<{ text: string; values: unknown[] }, Problem> {
  const { schema, id, text, label, distance } = table
  const problem = fieldProblem(schema, table.table, id, text, table.vector, label, scope.tenantField, scope.aclField)
  if (problem !== undefined) return fail(problem)
  if (vector === undefined) return fail(NO_VECTOR)
  const values: unknown[] = []
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    ...(scope.tenantField === undefined
      ? []
      : [`${quote(scope.tenantField)} = ANY(${parameter([...scope.tenants])}::text[])`]),
    ...(scope.aclField === undefined
      ? []
      : [`${quote(scope.aclField)} && ${parameter([...scope.permissions])}::text[]`]),
  ]
  const column = quote(table.vector)
  const order =
    distance === 'float-array'
      ? `(SELECT sum((a - b) * (a - b)) FROM unnest(${column}, ${parameter([...vector])}::float8[]) AS pair(a, b))`
      : `${column} ${OPERATORS[distance]} ${parameter(JSON.stringify(vector))}::vector`
  const metadata = [scope.tenantField, scope.aclField].filter((field) => field !== undefined)
  const columns = [
    `${quote(id)}::text AS chunk_id`,
    `${quote(text)} AS chunk_text`,
    ...metadata.map((field, index) => `${quote(field)} AS metadata_${index}`),
    ...(label === undefined ? [] : [`${quote(label)} AS chunk_label`]),
  ]
  const from = `${schema === undefined ? '' : `${quote(schema)}.`}${quote(table.table)}`
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return ok({
    text: `SELECT ${columns.join(', ')} FROM ${from}${where} ORDER BY ${order} LIMIT ${parameter(limit)}`,
    values,
  })
}

export function pgvectorStore(client: PgClient, table: PgvectorTable): RetrievalStore {
  return async (query) => {
    const statement = pgvectorStatement(table, query)
    if (!statement.ok) return statement
    const fields = [query.scope.tenantField, query.scope.aclField].filter((field) => field !== undefined)
    return callStore(async () => {
      const { rows } = await client.query(statement.value)
      return rows.map((row) => ({
        id: row['chunk_id'],
        text: row['chunk_text'],
        metadata: Object.fromEntries([
          ...fields.map((field, index) => [field, row[`metadata_${index}`]] as const),
          ...(row['chunk_label'] === undefined || row['chunk_label'] === null
            ? []
            : [['label', row['chunk_label']] as const]),
        ]),
      }))
    })
  }
}

/** Only for names that `fieldProblem` has passed. */
function quote(name: string): string {
  return `"${name}"`
}
