import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createListIndexes } from '../record-table.ts'
import { secureByOrganization } from '../row-security.ts'
import { FIRST_TABLES } from './0001-records.ts'
import { GOVERNANCE_TABLES } from './0002-governance.ts'
import { ATTESTATION_TABLES } from './0003-attestations-and-packs.ts'

/** Row-level security on every table so far, and an index for every order that lists are asked for. */
export const rowSecurity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of [...FIRST_TABLES, ...GOVERNANCE_TABLES, ...ATTESTATION_TABLES]) {
      for (const index of ['by_time', 'by_topic', 'by_release'])
        await db.schema.dropIndex(`${table}_${index}`).execute()
      await createListIndexes(db, table)
      await secureByOrganization(db, table)
    }
    await secureByOrganization(db, 'projection')
  },
}
