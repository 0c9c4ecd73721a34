import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createRecordTable } from '../record-table.ts'

export const intakeRequests: Migration = {
  up: (db: Kysely<unknown>): Promise<void> => createRecordTable(db, 'intake_requests'),
}
