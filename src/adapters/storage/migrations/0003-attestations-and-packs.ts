import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createFirstRecordTable } from './first-record-table.ts'

export const ATTESTATION_TABLES = ['attestations', 'policy_packs'] as const

export const attestationsAndPacks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ATTESTATION_TABLES) await createFirstRecordTable(db, table)
  },
}
