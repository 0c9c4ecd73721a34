import { sql, type Kysely } from 'kysely'
import { parseDigest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import {
  LIST_MAX,
  RECORD_KINDS,
  type RecordFilter,
  type RecordKind,
  type RecordPut,
  type RecordStore,
  type StateRecord,
} from '../../application/state/records.ts'
import { fromNulFree, mapDocument, toNulFree } from './nul-free.ts'
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

/** The records of one organization in PostgreSQL or its embedded twin: the same SQL on both. */
export function sqlRecordStore(db: Kysely<Database>, organization: string): RecordStore {
  return {
    async get(kind, id) {
      const row = await db
        .selectFrom(kind)
        .select(COLUMNS)
        .where('organization_id', '=', organization)
        .where('id', '=', toNulFree(id))
        .executeTakeFirst()
      return row === undefined ? undefined : recordOf(row as Row)
    },
    list: (kind, filter) => list(db, organization, kind, filter),
    async count(kind) {
      const row = await db
        .selectFrom(kind)
        .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
        .where('organization_id', '=', organization)
        .executeTakeFirst()
      return Number(row?.total ?? 0)
    },
    async reset() {
      await db.transaction().execute(async (transaction) => {
        for (const kind of RECORD_KINDS)
          await transaction.deleteFrom(kind).where('organization_id', '=', organization).execute()
        await transaction.deleteFrom('projection').where('organization_id', '=', organization).execute()
      })
    },
    async cursor() {
      const row = await db
        .selectFrom('projection')
        .select('entries')
        .where('organization_id', '=', organization)
        .executeTakeFirst()
      return Number(row?.entries ?? 0)
    },
    async apply(index, puts) {
      await db.transaction().execute(async (transaction) => {
        for (const put of puts) await upsert(transaction, organization, put)
        await transaction
          .insertInto('projection')
          .values({ organization_id: organization, entries: index + 1 })
          .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ entries: index + 1 }))
          .execute()
      })
    },
    close: () => db.destroy(),
  }
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
  const limit = Math.min(Math.max(1, filter.limit ?? LIST_DEFAULT), LIST_MAX)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => recordOf(row as Row))
}

async function upsert(db: Kysely<Database>, organization: string, { kind, record }: RecordPut): Promise<void> {
  const values = {
    system: toNulFree(record.system),
    release_digest: record.releaseDigest,
    status: toNulFree(record.status),
    topic: toNulFree(record.topic),
    at: record.at,
    document: sql<string>`${JSON.stringify(mapDocument(record.document, toNulFree))}::text::jsonb`,
  }
  await db
    .insertInto(kind)
    .values({ organization_id: organization, id: toNulFree(record.id), ...values })
    .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet(values))
    .execute()
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
