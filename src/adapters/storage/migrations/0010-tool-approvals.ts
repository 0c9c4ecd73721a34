import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createRecordTable } from '../record-table.ts'

export const toolApprovals: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createRecordTable(db, 'tool_approvals')
  },
}
