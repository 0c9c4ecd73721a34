import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createIdentityTables, IDENTITY_TABLES } from '../identity-tables.ts'
import { createRecordTable } from '../record-table.ts'
import { secureByOrganization } from '../row-security.ts'

export const identity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['api_keys', 'workload_keys', 'shares']) await createRecordTable(db, table)
    await createIdentityTables(db)
    for (const table of IDENTITY_TABLES) await secureByOrganization(db, table)
  },
}
