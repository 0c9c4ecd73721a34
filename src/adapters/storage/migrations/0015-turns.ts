import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Which turn is the newest, and in which one an entry was asked for that lies in the inbox. */
export const turns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('ledger_sequencers')
      .addColumn('turn', 'int8', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('ledger_inbox').addColumn('turn', 'int8').execute()
  },
}
