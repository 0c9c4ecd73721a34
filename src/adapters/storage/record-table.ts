import type { Kysely } from 'kysely'
import { secureByOrganization } from './row-security.ts'

/** Orders that lists are asked for: each index leads with what a list is filtered by and ends with the order of pages. */
const LIST_INDEXES: Readonly<Record<string, readonly string[]>> = {
  by_time: ['at', 'id'],
  by_system: ['system', 'at', 'id'],
  by_topic: ['system', 'topic', 'at', 'id'],
  by_release: ['release_digest', 'at', 'id'],
  by_status: ['status', 'at', 'id'],
  by_system_status: ['system', 'status', 'at', 'id'],
}

/** A table of one kind of records with its indexes, closed by organization: for migrations that add a kind. @public */
export async function createRecordTable(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('system', 'text', (column) => column.notNull())
    .addColumn('release_digest', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('at', 'int8', (column) => column.notNull())
    .addColumn('document', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_pkey`, ['organization_id', 'id'])
    .execute()
  await createListIndexes(db, table)
  await secureByOrganization(db, table)
}

export async function createListIndexes(db: Kysely<unknown>, table: string): Promise<void> {
  for (const [name, columns] of Object.entries(LIST_INDEXES))
    await db.schema
      .createIndex(`${table}_${name}`)
      .on(table)
      .columns(['organization_id', ...columns])
      .execute()
}
