import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The kinds of records of the first version; later kinds come with migrations of their own. */
export const FIRST_RECORD_TABLES = [
  'releases',
  'evidence',
  'verdicts',
  'exceptions',
  'approvals',
  'risks',
  'deny_records',
  'decisions',
  'alerts',
  'incidents',
  'learned_cases',
] as const

/** Every table carries the organization from the first migration on, and leads its keys with it. */
export const recordTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of FIRST_RECORD_TABLES) {
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
    await db.schema
      .createTable('projection')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('entries', 'int8', (column) => column.notNull().check(sql`entries >= 0`))
      .execute()
  },
}
