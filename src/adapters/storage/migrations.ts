import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration'
import type { RecordKind } from '../../application/state/records.ts'
import { createIdentityTables } from './identity-tables.ts'

/** The kinds of records of the first migration: what a migration makes never changes. */
const FIRST_KINDS = [
  'releases',
  'evidence',
  'verdicts',
  'exceptions',
  'approvals',
  'risks',
  'deny_records',
  'decisions',
  'alerts',
  'incidents',
  'learned_cases',
] as const satisfies readonly RecordKind[]

async function createRecordTable(db: Kysely<unknown>, table: RecordKind): Promise<void> {
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
  await db.schema.createIndex(`${table}_by_time`).on(table).columns(['organization_id', 'at', 'id']).execute()
  await db.schema
    .createIndex(`${table}_by_topic`)
    .on(table)
    .columns(['organization_id', 'system', 'topic', 'at'])
    .execute()
  await db.schema
    .createIndex(`${table}_by_release`)
    .on(table)
    .columns(['organization_id', 'release_digest', 'at'])
    .execute()
}

/** Every table carries the organization from the first migration on, and leads its keys with it. */
const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of FIRST_KINDS) await createRecordTable(db, table)
    await db.schema
      .createTable('projection')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('entries', 'int8', (column) => column.notNull().check(sql`entries >= 0`))
      .execute()
  },
}

const identity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['api_keys', 'workload_keys', 'shares', 'webhooks'] as const) await createRecordTable(db, table)
    await createIdentityTables(db)
  },
}

const provider: MigrationProvider = {
  getMigrations: async () => ({ '0001_records': first, '0002_identity': identity }),
}

/** Brings the schema up to date; throws with the failed migration's name, which leaves the schema as it was. */
export async function migrate(db: Kysely<never>): Promise<readonly string[]> {
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest()
  const failed = results?.find((result) => result.status === 'Error')
  if (error === undefined) return (results ?? []).map((result) => result.migrationName)
  // Without a failed migration it never came so far: the connection's own error says more.
  if (failed === undefined && error instanceof Error) throw error
  throw new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error })
}
