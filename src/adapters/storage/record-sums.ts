import { sql, type Kysely } from 'kysely'
import { deadlineOf, DUE_KINDS } from '../../application/state/deadlines.ts'
import { excerptOf } from '../../application/state/excerpts.ts'
import {
  EXCERPTS_MAX,
  LIST_MAX,
  TALLY_MAX,
  type Deadline,
  type DuePosition,
  type RecordExcerpt,
  type RecordKind,
  type StateRecord,
  type Tally,
} from '../../application/state/records.ts'
import { epochMs, type EpochMs } from '../../base/instant.ts'
import { documentOfText, fromNulFree, mapDocument, toNulFree } from './nul-free.ts'
import type { Database } from './schema.ts'

/** Rows of one insert statement. */
const ROWS_MAX = 1_000

/** A transaction of the organization, and the kind that is written. */
interface Place {
  readonly db: Kysely<Database>
  readonly organization: string
  readonly kind: RecordKind
}

/** Counts what these records are about to change. Runs before they are written: it looks at what they replace. */
export async function countChange({ db, organization, kind }: Place, records: readonly StateRecord[]): Promise<void> {
  const changes = new Map<string, { readonly system: string; readonly status: string; total: number }>()
  const add = (system: string, status: string, step: number): void => {
    const key = JSON.stringify([system, status])
    const change = changes.get(key) ?? { system, status, total: 0 }
    change.total += step
    changes.set(key, change)
  }
  const ids = records.map(({ id }) => toNulFree(id))
  const replaced = await db
    .selectFrom(kind)
    .select(['system', 'status'])
    .where('organization_id', '=', organization)
    .where('id', '=', sql<string>`any(${ids}::text[])`)
    .execute()
  for (const { system, status } of replaced) add(system, status, -1)
  for (const { system, status } of records) add(toNulFree(system), toNulFree(status), 1)
  const values = [...changes.values()]
    .filter(({ total }) => total !== 0)
    .map((change) => ({ organization_id: organization, kind, ...change }))
  if (values.length === 0) return
  for (let from = 0; from < values.length; from += ROWS_MAX)
    await db
      .insertInto('record_counts')
      .values(values.slice(from, from + ROWS_MAX))
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'kind', 'system', 'status'])
          .doUpdateSet({ total: sql<number>`record_counts.total + excluded.total` }),
      )
      .execute()
  // A state that was rebuilt has no row for what no record has; one that grew must not have it either.
  if (values.some(({ total }) => total < 0))
    await db
      .deleteFrom('record_counts')
      .where('organization_id', '=', organization)
      .where('kind', '=', kind)
      .where('total', '=', 0)
      .execute()
}

/** Keeps the days by which these records are due, where their kind has such days. */
export async function keepDeadlines({ db, organization, kind }: Place, records: readonly StateRecord[]): Promise<void> {
  if (!DUE_KINDS.includes(kind)) return
  const dated = records.map((record) => ({ id: toNulFree(record.id), due_at: deadlineOf(kind, record) }))
  const ended = dated.filter(({ due_at }) => due_at === null).map(({ id }) => id)
  if (ended.length > 0)
    await db
      .deleteFrom('record_deadlines')
      .where('organization_id', '=', organization)
      .where('kind', '=', kind)
      .where('id', '=', sql<string>`any(${ended}::text[])`)
      .execute()
  const open = dated.flatMap(({ id, due_at }) =>
    due_at === null ? [] : [{ organization_id: organization, kind, id, due_at }],
  )
  for (let from = 0; from < open.length; from += ROWS_MAX)
    await db
      .insertInto('record_deadlines')
      .values(open.slice(from, from + ROWS_MAX))
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'kind', 'id'])
          .doUpdateSet((build) => ({ due_at: build.ref('excluded.due_at') })),
      )
      .execute()
}

/** Keeps what is read of whole registers at once, where the kind has such excerpts. */
export async function keepExcerpts({ db, organization, kind }: Place, records: readonly StateRecord[]): Promise<void> {
  const values = records.flatMap(({ id, system, document }) => {
    const excerpt = excerptOf(kind, document)
    if (excerpt === undefined) return []
    const text = JSON.stringify(mapDocument(excerpt, toNulFree))
    const head = { organization_id: organization, kind, id: toNulFree(id), system: toNulFree(system) }
    return [{ ...head, excerpt: sql<string>`${text}::text::jsonb` }]
  })
  for (let from = 0; from < values.length; from += ROWS_MAX)
    await db
      .insertInto('record_excerpts')
      .values(values.slice(from, from + ROWS_MAX))
      .onConflict((conflict) =>
        conflict.columns(['organization_id', 'kind', 'id']).doUpdateSet((build) => ({
          system: build.ref('excluded.system'),
          excerpt: build.ref('excluded.excerpt'),
        })),
      )
      .execute()
}

export async function excerptsOfKind(
  { db, organization, kind }: Place,
  { system, after }: { readonly system?: string | undefined; readonly after?: string | undefined },
): Promise<readonly RecordExcerpt[]> {
  let query = db
    .selectFrom('record_excerpts')
    .select(['id', 'excerpt'])
    .where('organization_id', '=', organization)
    .where('kind', '=', kind)
  if (system !== undefined) query = query.where('system', '=', toNulFree(system))
  if (after !== undefined) query = query.where('id', '>', toNulFree(after))
  // One row of text: for thousands of small ones the rows cost more than what is in them.
  const { rows } = await sql<{ page: string | null }>`
    select string_agg('{"id":' || to_json(id)::text || ',"excerpt":' || excerpt::text || '}', ',' order by id) as page
    from (${query.orderBy('id').limit(EXCERPTS_MAX)}) as listed`.execute(db)
  const { items } = documentOfText(`{"items":[${rows[0]?.page ?? ''}]}`)
  return items as unknown as readonly RecordExcerpt[]
}

export async function countOfKind({ db, organization, kind }: Place): Promise<number> {
  const row = await db
    .selectFrom('record_counts')
    .select(({ fn }) => fn.sum<string | number | bigint | null>('total').as('total'))
    .where('organization_id', '=', organization)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return Number(row?.total ?? 0)
}

export async function tallyOfKind(
  { db, organization, kind }: Place,
  system: string | undefined,
): Promise<readonly Tally[]> {
  let query = db
    .selectFrom('record_counts')
    .select(['system', 'status', 'total'])
    .where('organization_id', '=', organization)
    .where('kind', '=', kind)
  if (system !== undefined) query = query.where('system', '=', toNulFree(system))
  const rows = await query.orderBy('system').orderBy('status').limit(TALLY_MAX).execute()
  return rows.map((row) => ({
    system: fromNulFree(row.system),
    status: fromNulFree(row.status),
    count: Number(row.total),
  }))
}

export async function dueRecords(
  { db, organization }: Omit<Place, 'kind'>,
  by: EpochMs,
  { after, limit }: { readonly after?: DuePosition | undefined; readonly limit: number },
): Promise<readonly Deadline[]> {
  let query = db
    .selectFrom('record_deadlines')
    .select(['kind', 'id', 'due_at'])
    .where('organization_id', '=', organization)
    .where('due_at', '<=', by)
  if (after !== undefined)
    query = query.where((build) =>
      build(
        build.refTuple('due_at', 'kind', 'id'),
        '>',
        build.tuple(after.dueAt, toNulFree(after.kind), toNulFree(after.id)),
      ),
    )
  const rows = await query
    .orderBy('due_at')
    .orderBy('kind')
    .orderBy('id')
    .limit(Math.min(Math.max(1, limit), LIST_MAX))
    .execute()
  return rows.map((row) => ({
    kind: row.kind as RecordKind,
    id: fromNulFree(row.id),
    dueAt: epochMs(Number(row.due_at)),
  }))
}
