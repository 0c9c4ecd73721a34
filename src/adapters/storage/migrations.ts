import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration, type MigrationResultSet } from 'kysely/migration'
import { records } from './migrations/0001-records.ts'
import { governance } from './migrations/0002-governance.ts'
import { attestationsAndPacks } from './migrations/0003-attestations-and-packs.ts'
import { rowSecurity } from './migrations/0004-row-security.ts'
import { ledgerTables } from './migrations/0005-ledger.ts'
import { identity } from './migrations/0006-identity.ts'
import { jobs } from './migrations/0007-jobs.ts'
import { evaluationTrials } from './migrations/0008-evaluation-trials.ts'
import { toolApprovals } from './migrations/0010-tool-approvals.ts'
import { intakeRequests } from './migrations/0011-intake-requests.ts'
import { commitments } from './migrations/0012-commitments.ts'
import { promptLabelsAndDrafts } from './migrations/0013-prompt-labels-and-drafts.ts'
import { recordSums } from './migrations/0014-record-sums.ts'
import { turns } from './migrations/0015-turns.ts'
import { findingFingerprints } from './migrations/0016-finding-fingerprints.ts'
import { ledgerKeys } from './migrations/0017-ledger-keys.ts'
import { ensureAppRole } from './row-security.ts'

/** In order, for good: a migration that was released is never changed, a new one goes to the end. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001_records': records,
  '0002_governance': governance,
  '0003_attestations_and_packs': attestationsAndPacks,
  '0004_row_security': rowSecurity,
  '0005_ledger': ledgerTables,
  '0006_identity': identity,
  '0007_jobs': jobs,
  '0008_evaluation_trials': evaluationTrials,
  '0010_tool_approvals': toolApprovals,
  '0011_intake_requests': intakeRequests,
  '0012_commitments': commitments,
  '0013_prompt_labels_and_drafts': promptLabelsAndDrafts,
  '0014_record_sums': recordSums,
  '0015_turns': turns,
  '0016_finding_fingerprints': findingFingerprints,
  '0017_ledger_keys': ledgerKeys,
}

/** Bringing the schema up to date failed; it is as it was before. */
export class MigrationFailure extends Error {}

/** A newer version migrated the database: what this one would write may not be what the tables now mean. */
export class SchemaNewer extends Error {
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    super(`the database has had migrations that this version does not know: ${names.join(', ')}`)
    this.names = names
  }
}

/** Throws where the database has had a migration that this program does not know. */
export async function refuseNewer(db: Kysely<never>): Promise<void> {
  const unknown = (await doneMigrations(db)).filter((name) => MIGRATIONS[name] === undefined)
  if (unknown.length > 0) throw new SchemaNewer(unknown)
}

/** Brings the schema up to date, or up to one version of it, and says which migrations that took. */
export async function migrate(db: Kysely<never>, upTo?: string): Promise<readonly string[]> {
  await refuseNewer(db)
  await ensureAppRole(db)
  // Up to date: the migrator would read every table of every schema before it says so.
  if (upTo === undefined && (await doneMigrations(db)).join() === Object.keys(MIGRATIONS).join()) return []
  const migrator = await migratorOf(db)
  const migrate = (): Promise<MigrationResultSet> =>
    upTo === undefined ? migrator.migrateToLatest() : migrator.migrateTo(upTo)
  let { error, results } = await migrate()
  for (let again = 0; again < LOOKS_MAX && isOtherSchemaGone(error, results); again++)
    ({ error, results } = await migrate())
  const failed = results?.find((result) => result.status === 'Error')
  if (error === undefined) return (results ?? []).map((result) => result.migrationName)
  // Without a failed migration it never came so far: the connection's own error says more.
  if (failed === undefined && error instanceof Error) throw error
  throw new MigrationFailure(`migration ${failed?.migrationName ?? ''} failed`, { cause: error })
}

/** The migrator looks through every schema of the database first, and fails where somebody drops one meanwhile: it has changed nothing then. */
const LOOKS_MAX = 10
const NO_SCHEMA = '3F000'

function isOtherSchemaGone(error: unknown, results: MigrationResultSet['results']): boolean {
  const hasBegun = results?.some(({ status }) => status === 'Error') === true
  return !hasBegun && error instanceof Error && 'code' in error && error.code === NO_SCHEMA
}

/** Kysely's own name of the table that says which migrations were run. */
const DONE_TABLE = 'kysely_migration'

/** Migrations that the database has not had yet. */
export async function pendingMigrations(db: Kysely<never>): Promise<readonly string[]> {
  const done = new Set(await doneMigrations(db))
  return Object.keys(MIGRATIONS).filter((name) => !done.has(name))
}

/** Names of the migrations that the database has had, in their order, whether this program knows them or not. */
export async function doneMigrations(db: Kysely<never>): Promise<readonly string[]> {
  const { rows: there } = await sql<{ done: boolean }>`
    select to_regclass(format('%I.%I', current_schema(), ${sql.lit(DONE_TABLE)})) is not null as done`.execute(db)
  if (there[0]?.done !== true) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DONE_TABLE)} order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** Its bookkeeping lies in the schema that it migrates: another schema of the same database has its own. */
async function migratorOf(db: Kysely<never>): Promise<Migrator> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('the connection has no schema')
  return new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    migrationTableSchema: row.schema,
  })
}
