import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createRecordTable } from '../record-table.ts'

export const promptLabelsAndDrafts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['prompt_labels', 'drafts']) await createRecordTable(db, table)
  },
}
