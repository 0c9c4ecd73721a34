import type { Kysely } from 'kysely'

/** The table of one kind of record as the first migrations made it; later ones use `record-table.ts`. */
export async function createFirstRecordTable(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('system', 'text', (column) => column.notNull())
    .addColumn('release_digest', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('at', 'int8', (column) => column.notNull())
    .addColumn('document', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_pkey`, ['organization_id', 'id'])
    .execute()
  await db.schema.createIndex(`${table}_by_time`).on(table).columns(['organization_id', 'at', 'id']).execute()
  await db.schema
    .createIndex(`${table}_by_topic`)
    .on(table)
    .columns(['organization_id', 'system', 'topic', 'at'])
    .execute()
  await db.schema
    .createIndex(`${table}_by_release`)
    .on(table)
    .columns(['organization_id', 'release_digest', 'at'])
    .execute()
}
