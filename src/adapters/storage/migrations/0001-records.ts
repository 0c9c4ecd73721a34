import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createFirstRecordTable } from './first-record-table.ts'

/** Migrations name their tables themselves: what was released once is never changed by a later list of kinds. */
export const FIRST_TABLES = [
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
export const records: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of FIRST_TABLES) await createFirstRecordTable(db, table)
    await db.schema
      .createTable('projection')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('entries', 'int8', (column) => column.notNull().check(sql`entries >= 0`))
      .execute()
  },
}
