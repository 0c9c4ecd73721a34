import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { secureByOrganization } from '../row-security.ts'

/** Fingerprints of the keys that a ledger in these tables was begun with: servers with others are not let in. */
export const ledgerKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('ledger_keys')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_keys_pkey', ['organization_id', 'name'])
      .execute()
    await secureByOrganization(db, 'ledger_keys', ['select', 'insert', 'delete'])
  },
}
