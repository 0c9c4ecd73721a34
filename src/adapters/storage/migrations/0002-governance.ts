import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createFirstRecordTable } from './first-record-table.ts'

export const GOVERNANCE_TABLES = [
  'decision_rights',
  'delegations',
  'approval_cases',
  'findings',
  'threat_models',
  'readiness',
  'vendors',
] as const

export const governance: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of GOVERNANCE_TABLES) await createFirstRecordTable(db, table)
  },
}
