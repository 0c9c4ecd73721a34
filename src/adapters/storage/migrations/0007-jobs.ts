import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createRecordTable } from '../record-table.ts'
import { secureByOrganization } from '../row-security.ts'

/** Webhooks, evaluations that the server ran, what was escalated, and how far the ledger has been read for webhooks. */
export const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['webhooks', 'evaluations', 'escalations']) await createRecordTable(db, table)
    await db.schema
      .createTable('ledger_readers')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('position', 'int8', (column) => column.notNull().check(sql`position >= 0`))
      .addPrimaryKeyConstraint('ledger_readers_pkey', ['organization_id', 'name'])
      .execute()
    await secureByOrganization(db, 'ledger_readers')
  },
}
