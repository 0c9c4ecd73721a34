import { sql, type Kysely, type Transaction } from 'kysely'
import { parseDigest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import {
  LIST_MAX,
  RECORD_KINDS,
  TALLY_MAX,
  type RecordFilter,
  type RecordKind,
  type RecordPut,
  type RecordStore,
  type StateRecord,
  type Tally,
} from '../../application/state/records.ts'
import { fromNulFree, mapDocument, toNulFree } from './nul-free.ts'
import { inOrganization } from './row-security.ts'
import type { Database } from './schema.ts'

interface Row {
  readonly id: string
  readonly system: string
  readonly release_digest: string | null
  readonly status: string
  readonly topic: string
  readonly at: string | number | bigint
  readonly document: JsonObject
}

const COLUMNS = ['id', 'system', 'release_digest', 'status', 'topic', 'at', 'document'] as const
const LIST_DEFAULT = 100
/** Rows of one insert statement. */
const ROWS_MAX = 200

/** The records of one organization in PostgreSQL or its embedded twin: the same SQL on both. */
export function sqlRecordStore(db: Kysely<Database>, organization: string): RecordStore {
  return storeOn(
    (work) => inOrganization(db, organization, work),
    organization,
    () => db.destroy(),
  )
}

/** The same in a transaction of the organization that is open already: all of it is kept or nothing. */
export function recordStoreWithin(transaction: Transaction<Database>, organization: string): RecordStore {
  return storeOn(
    (work) => work(transaction),
    organization,
    async () => undefined,
  )
}

type Run = <Value>(work: (transaction: Transaction<Database>) => Promise<Value>) => Promise<Value>

function storeOn(run: Run, organization: string, close: () => Promise<void>): RecordStore {
  return {
    get: async (kind, id) => (await run((transaction) => byIds(transaction, organization, kind, [id])))[0],
    getMany: (kind, ids) => run((transaction) => byIds(transaction, organization, kind, ids)),
    list: (kind, filter) => run((transaction) => list(transaction, organization, kind, filter)),
    count: (kind) =>
      run(async (transaction) => {
        const row = await transaction
          .selectFrom(kind)
          .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
          .where('organization_id', '=', organization)
          .executeTakeFirst()
        return Number(row?.total ?? 0)
      }),
    tally: (kind) => run((transaction) => tally(transaction, organization, kind)),
    newestOfEach: (kind) => run((transaction) => newestOfEach(transaction, organization, kind)),
    reset: () =>
      run(async (transaction) => {
        for (const kind of RECORD_KINDS)
          await transaction.deleteFrom(kind).where('organization_id', '=', organization).execute()
        await transaction.deleteFrom('projection').where('organization_id', '=', organization).execute()
      }),
    cursor: () =>
      run(async (transaction) => {
        const row = await transaction
          .selectFrom('projection')
          .select('entries')
          .where('organization_id', '=', organization)
          .executeTakeFirst()
        return Number(row?.entries ?? 0)
      }),
    apply: (index, puts) =>
      run(async (transaction) => {
        if (!(await advance(transaction, organization, index))) return false
        for (const [kind, ofKind] of Map.groupBy(puts, (put) => put.kind))
          await upsert(transaction, organization, kind, ofKind)
        return true
      }),
    close,
  }
}

/** Moves the cursor over one entry; false when another server has done so before. The row's lock makes them take turns. */
async function advance(transaction: Transaction<Database>, organization: string, index: number): Promise<boolean> {
  await transaction
    .insertInto('projection')
    .values({ organization_id: organization, entries: 0 })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .execute()
  const moved = await transaction
    .updateTable('projection')
    .set({ entries: index + 1 })
    .where('organization_id', '=', organization)
    .where('entries', '=', index)
    .returning('entries')
    .execute()
  return moved.length > 0
}

async function byIds(
  db: Kysely<Database>,
  organization: string,
  kind: RecordKind,
  ids: readonly string[],
): Promise<readonly StateRecord[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom(kind)
    .select(COLUMNS)
    .where('organization_id', '=', organization)
    .where('id', 'in', ids.map(toNulFree))
    .execute()
  return rows.map((row) => recordOf(row as Row))
}

async function list(
  db: Kysely<Database>,
  organization: string,
  kind: RecordKind,
  filter: RecordFilter,
): Promise<readonly StateRecord[]> {
  let query = db.selectFrom(kind).select(COLUMNS).where('organization_id', '=', organization)
  if (filter.system !== undefined) query = query.where('system', '=', toNulFree(filter.system))
  if (filter.releaseDigest !== undefined) query = query.where('release_digest', '=', filter.releaseDigest)
  if (filter.status !== undefined) query = query.where('status', '=', toNulFree(filter.status))
  if (filter.topic !== undefined) query = query.where('topic', '=', toNulFree(filter.topic))
  if (filter.since !== undefined) query = query.where('at', '>=', filter.since)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  const { after } = filter
  if (after !== undefined)
    query = query.where((build) => build(build.refTuple('at', 'id'), '<', build.tuple(after.at, toNulFree(after.id))))
  const limit = Math.min(Math.max(1, filter.limit ?? LIST_DEFAULT), LIST_MAX)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => recordOf(row as Row))
}

async function tally(db: Kysely<Database>, organization: string, kind: RecordKind): Promise<readonly Tally[]> {
  const rows = await db
    .selectFrom(kind)
    .select(['system', 'status'])
    .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
    .where('organization_id', '=', organization)
    .groupBy(['system', 'status'])
    .orderBy('system')
    .orderBy('status')
    .limit(TALLY_MAX)
    .execute()
  return rows.map(({ system, status, total }) => ({
    system: fromNulFree(system),
    status: fromNulFree(status),
    count: Number(total),
  }))
}

/** Jumps from system to system along the index instead of reading every record. */
async function newestOfEach(
  db: Kysely<Database>,
  organization: string,
  kind: RecordKind,
): Promise<readonly StateRecord[]> {
  const { rows } = await sql<Row>`
    with recursive systems (system) as (
      (select min(system) from ${sql.table(kind)} where organization_id = ${organization})
      union all
      select (select min(later.system) from ${sql.table(kind)} as later
              where later.organization_id = ${organization} and later.system > systems.system)
      from systems where systems.system is not null
    )
    select newest.* from (select system from systems where system is not null limit ${LIST_MAX}) as named
    cross join lateral (
      select ${sql.join(COLUMNS.map((column) => sql.ref(column)))} from ${sql.table(kind)} as found
      where found.organization_id = ${organization} and found.system = named.system
      order by found.at desc, found.id desc limit 1
    ) as newest
    order by newest.system`.execute(db)
  return rows.map(recordOf)
}

// oxlint-disable-next-line max-params -- a statement, whose it is, its table and its rows
async function upsert(
  db: Kysely<Database>,
  organization: string,
  kind: RecordKind,
  puts: readonly RecordPut[],
): Promise<void> {
  // One statement cannot write a row twice: the last word on each id counts.
  const last = [...new Map(puts.map(({ record }) => [record.id, record])).values()]
  for (let from = 0; from < last.length; from += ROWS_MAX)
    await db
      .insertInto(kind)
      .values(last.slice(from, from + ROWS_MAX).map((record) => rowOf(organization, record)))
      .onConflict((conflict) =>
        conflict.columns(['organization_id', 'id']).doUpdateSet((build) => ({
          system: build.ref('excluded.system'),
          release_digest: build.ref('excluded.release_digest'),
          status: build.ref('excluded.status'),
          topic: build.ref('excluded.topic'),
          at: build.ref('excluded.at'),
          document: build.ref('excluded.document'),
        })),
      )
      .execute()
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the query builder's own insert type
function rowOf(organization: string, record: StateRecord) {
  return {
    organization_id: organization,
    id: toNulFree(record.id),
    system: toNulFree(record.system),
    release_digest: record.releaseDigest,
    status: toNulFree(record.status),
    topic: toNulFree(record.topic),
    at: record.at,
    document: sql<string>`${JSON.stringify(mapDocument(record.document, toNulFree))}::text::jsonb`,
  }
}

function recordOf(row: Row): StateRecord {
  return {
    id: fromNulFree(row.id),
    system: fromNulFree(row.system),
    releaseDigest: row.release_digest === null ? null : (parseDigest(row.release_digest) ?? null),
    status: fromNulFree(row.status),
    topic: fromNulFree(row.topic),
    at: epochMs(Number(row.at)),
    document: mapDocument(row.document, fromNulFree),
  }
}
