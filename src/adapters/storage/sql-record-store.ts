import { sql, type Kysely, type RawBuilder, type SqlBool, type Transaction } from 'kysely'
import { parseDigest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import {
  LIST_MAX,
  RECORD_KINDS,
  type RecordFilter,
  type RecordKind,
  type RecordPut,
  type RecordStore,
  type StateRecord,
  type SystemsPage,
} from '../../application/state/records.ts'
import { documentOfText, fromNulFree, mapDocument, toNulFree } from './nul-free.ts'
import {
  countChange,
  countOfKind,
  dueRecords,
  excerptsOfKind,
  keepDeadlines,
  keepExcerpts,
  tallyOfKind,
} from './record-sums.ts'
import { inOrganization } from './row-security.ts'
import type { Database } from './schema.ts'

interface Row {
  readonly id: string
  readonly system: string
  readonly release_digest: string | null
  readonly status: string
  readonly topic: string
  readonly at: string | number | bigint
  /** JSON: parsing it here costs less than the driver's parsing and a second walk. */
  readonly document: string
}

const HEAD_COLUMNS = ['id', 'system', 'release_digest', 'status', 'topic', 'at'] as const

/** A transaction of the organization, and the kind that is asked for. */
interface Place {
  readonly db: Kysely<Database>
  readonly organization: string
  readonly kind: RecordKind
}
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
    count: (kind) => run((db) => countOfKind({ db, organization, kind })),
    tally: (kind, system) => run((db) => tallyOfKind({ db, organization, kind }, system)),
    newestOfEach: (kind, parts, page) => run((db) => newestOfEach({ db, organization, kind }, { parts, ...page })),
    excerpts: (kind, page) => run((db) => excerptsOfKind({ db, organization, kind }, page)),
    due: (by, page) => run((db) => dueRecords({ db, organization }, by, page)),
    reset: () =>
      run(async (transaction) => {
        for (const kind of RECORD_KINDS)
          await transaction.deleteFrom(kind).where('organization_id', '=', organization).execute()
        for (const table of ['record_counts', 'record_deadlines', 'record_excerpts'] as const)
          await transaction.deleteFrom(table).where('organization_id', '=', organization).execute()
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
          await upsert({ db: transaction, organization, kind }, ofKind)
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
    .select(HEAD_COLUMNS)
    .select(documentText().as('document'))
    .where('organization_id', '=', organization)
    .where('id', 'in', ids.map(toNulFree))
    .execute()
  return rows.map(recordOf)
}

async function list(
  db: Kysely<Database>,
  organization: string,
  kind: RecordKind,
  filter: RecordFilter,
): Promise<readonly StateRecord[]> {
  let query = db
    .selectFrom(kind)
    .select(HEAD_COLUMNS)
    .select(documentText(filter.parts).as('document'))
    .where('organization_id', '=', organization)
  if (filter.system !== undefined) query = query.where('system', '=', toNulFree(filter.system))
  if (filter.releaseDigest !== undefined) query = query.where('release_digest', '=', filter.releaseDigest)
  if (filter.status !== undefined) query = query.where('status', '=', toNulFree(filter.status))
  if (filter.topic !== undefined) query = query.where('topic', '=', toNulFree(filter.topic))
  if (filter.fingerprint !== undefined) query = query.where(hasFingerprint(filter.fingerprint))
  if (filter.since !== undefined) query = query.where('at', '>=', filter.since)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  const { after } = filter
  if (after !== undefined)
    query = query.where((build) => build(build.refTuple('at', 'id'), '<', build.tuple(after.at, toNulFree(after.id))))
  const limit = Math.min(Math.max(1, filter.limit ?? LIST_DEFAULT), LIST_MAX)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(recordOf)
}

/** The hash is what an index finds; two texts may have one. */
function hasFingerprint(fingerprint: string): RawBuilder<SqlBool> {
  const text = toNulFree(fingerprint)
  return sql<SqlBool>`fingerprint_hash = hashtextextended(${text}, 0) and document->>'fingerprint' = ${text}`
}

/** The document as JSON text, or the members of it that are wanted: what is not asked for is neither read nor sent. */
function documentText(parts?: readonly string[]): RawBuilder<string> {
  if (parts === undefined) return sql<string>`document::text`
  if (parts.length === 0) return sql<string>`'{}'`
  // An absent member is SQL's null and is skipped; one that is null is the JSON text `null`.
  const members = parts.map((part) => sql`${sql.lit(`${JSON.stringify(part)}:`)} || (document->${sql.lit(part)})::text`)
  return sql<string>`'{' || concat_ws(',', ${sql.join(members)}) || '}'`
}

/** Jumps from system to system along the index instead of reading every record. */
async function newestOfEach(
  { db, organization, kind }: Place,
  { parts, after, limit = LIST_MAX, systems }: SystemsPage & { readonly parts?: readonly string[] | undefined },
): Promise<readonly StateRecord[]> {
  const behind = after === undefined ? sql`true` : sql`system > ${toNulFree(after)}`
  const named =
    systems === undefined
      ? sql`select system from systems where system is not null limit ${Math.min(limit, LIST_MAX)}`
      : sql`select distinct system from unnest(${systems.map(toNulFree)}::text[]) as asked (system)`
  const { rows } = await sql<Row>`
    with recursive systems (system) as (
      (select min(system) from ${sql.table(kind)} where organization_id = ${organization} and ${behind})
      union all
      select (select min(later.system) from ${sql.table(kind)} as later
              where later.organization_id = ${organization} and later.system > systems.system)
      from systems where systems.system is not null
    )
    select newest.* from (${named}) as named
    cross join lateral (
      select ${sql.join(HEAD_COLUMNS.map((column) => sql.ref(column)))}, ${documentText(parts)} as document from ${sql.table(kind)} as found
      where found.organization_id = ${organization} and found.system = named.system and ${behind}
      order by found.at desc, found.id desc limit 1
    ) as newest
    order by newest.system limit ${Math.min(limit, LIST_MAX)}`.execute(db)
  return rows.map(recordOf)
}

async function upsert(place: Place, puts: readonly RecordPut[]): Promise<void> {
  // One statement cannot write a row twice: the last word on each id counts.
  const last = [...new Map(puts.map(({ record }) => [record.id, record])).values()]
  const { db, organization, kind } = place
  await countChange(place, last)
  await keepDeadlines(place, last)
  await keepExcerpts(place, last)
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
    document: documentOfText(row.document),
  }
}
