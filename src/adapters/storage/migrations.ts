import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration'
import { createIdentityTables } from './identity-tables.ts'
import { createRecordTable } from './record-table.ts'

/** Migrations name their tables themselves: what was released once is never changed by a later list of kinds. */
const records: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const tables = [
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
    ]
    for (const table of tables) await createRecordTable(db, table)
    await db.schema
      .createTable('projection')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('entries', 'int8', (column) => column.notNull().check(sql`entries >= 0`))
      .execute()
  },
}

const governance: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const tables = [
      'decision_rights',
      'delegations',
      'approval_cases',
      'findings',
      'threat_models',
      'readiness',
      'vendors',
    ]
    for (const table of tables) await createRecordTable(db, table)
  },
}

const attestations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createRecordTable(db, 'attestations')
  },
}

const identity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['api_keys', 'workload_keys', 'shares']) await createRecordTable(db, table)
    await createIdentityTables(db)
  },
}

const provider: MigrationProvider = {
  getMigrations: async () => ({
    '0001_records': records,
    '0002_governance': governance,
    '0003_attestations': attestations,
    '0004_identity': identity,
  }),
}

/** Brings the schema up to date; throws with the failed migration's name, which leaves the schema as it was. */
export async function migrate(db: Kysely<never>): Promise<readonly string[]> {
  // Named, because tables of that name in another schema of the same database would be taken for this one's.
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const migrator = new Migrator({ db, provider, migrationTableSchema: rows[0]?.schema ?? 'public' })
  const { error, results } = await migrator.migrateToLatest()
  const failed = results?.find((result) => result.status === 'Error')
  if (error === undefined) return (results ?? []).map((result) => result.migrationName)
  // Without a failed migration it never came so far: the connection's own error says more.
  if (failed === undefined && error instanceof Error) throw error
  throw new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error })
}
