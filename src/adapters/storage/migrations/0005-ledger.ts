import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { secureByOrganization } from '../row-security.ts'

/**
 * The journal as tables. The application may add entries and checkpoints; no grant lets it change or delete one. Texts
 * are kept verbatim: commitments and signatures are over their bytes.
 */
export const ledgerTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('ledger_entries')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('index', 'int8', (column) => column.notNull().check(sql`index >= 0`))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('epoch', 'int8', (column) => column.notNull())
      .addColumn('leaf', 'text', (column) => column.notNull())
      .addColumn('salt', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_entries_pkey', ['organization_id', 'index'])
      .addUniqueConstraint('ledger_entries_id', ['organization_id', 'id'])
      .execute()
    await db.schema
      .createTable('ledger_checkpoints')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('size', 'int8', (column) => column.notNull().check(sql`size >= 0`))
      .addColumn('epoch', 'int8', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_checkpoints_pkey', ['organization_id', 'size'])
      .execute()
    await db.schema
      .createTable('ledger_sequencers')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('epoch', 'int8', (column) => column.notNull())
      .addColumn('holder', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('ledger_inbox')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('position', 'int8', (column) => column.notNull().generatedAlwaysAsIdentity())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('draft', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_inbox_pkey', ['organization_id', 'id'])
      .execute()
    await db.schema
      .createIndex('ledger_inbox_by_position')
      .on('ledger_inbox')
      .columns(['organization_id', 'position'])
      .execute()
    await secureByOrganization(db, 'ledger_entries', ['select', 'insert'])
    await secureByOrganization(db, 'ledger_checkpoints', ['select', 'insert'])
    await secureByOrganization(db, 'ledger_sequencers', ['select', 'insert', 'update'])
    await secureByOrganization(db, 'ledger_inbox', ['select', 'insert', 'delete'])
  },
}
