import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { errnoOf } from '../../adapters/files/errno.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import type { LedgerIdentity } from '../../adapters/ledger/entry-maker.ts'
import { openFileLedger } from '../../adapters/ledger/file-ledger.ts'
import { isMovedAway } from '../../adapters/ledger/ledger-table-lines.ts'
import { LEDGER_CHANNEL } from '../../adapters/ledger/ledger-tables.ts'
import { openPostgresLedger } from '../../adapters/ledger/postgres-ledger.ts'
import { openPglite } from '../../adapters/storage/open-pglite.ts'
import { openPostgres, type PostgresOptions } from '../../adapters/storage/open-postgres.ts'
import { listenOnPostgres } from '../../adapters/storage/postgres-signals.ts'
import { postgresTurns } from '../../adapters/ledger/postgres-turn.ts'
import type { Database } from '../../adapters/storage/schema.ts'
import { sqlRecordStore } from '../../adapters/storage/sql-record-store.ts'
import type { Ledger } from '../../application/ledger/ledger.ts'
import type { Turn } from '../../application/state/recorder.ts'
import type { RecordStore } from '../../application/state/records.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { databaseProblem, embeddedProblem } from './database-problem.ts'

export interface StatePlace {
  readonly stateFolder: string
  /** PostgreSQL for the ledger and all records; a journal file and the embedded database without it. */
  readonly databaseUrl?: string | undefined
  /** Owns the tables of `databaseUrl` and migrates them; `databaseUrl` does without it. */
  readonly databaseOwnerUrl?: string | undefined
  readonly databaseSchema?: string | undefined
  /** What went wrong while nobody waited for it. */
  readonly report?: ((what: string, error: unknown) => void) | undefined
}

export interface OpenedState {
  readonly ledger: Ledger
  readonly store: RecordStore
  readonly db: Kysely<Database>
  /** Only where several servers share the state. */
  readonly turn: Turn | undefined
  /** PostgreSQL, if the state lies there. */
  readonly postgres: PostgresOptions | undefined
}

const SET_ASIDE = 'jobs, sessions and kept answers in it are lost; it is kept as'

export const journalOf = (stateFolder: string): string => join(stateFolder, 'ledger', 'journal.jsonl')

export function postgresOf(place: StatePlace): PostgresOptions | undefined {
  return place.databaseUrl === undefined
    ? undefined
    : {
        connectionString: place.databaseUrl,
        ownerConnectionString: place.databaseOwnerUrl,
        schema: place.databaseSchema,
      }
}

/** Opens ledger and records where they lie. */
export async function openState(place: StatePlace, identity: LedgerIdentity): Promise<Result<OpenedState, Problem>> {
  const postgres = postgresOf(place)
  return postgres === undefined ? openEmbedded(place, identity) : openShared(place, postgres, identity)
}

/** The embedded database; one that was damaged is set aside, and never without a word. */
export function openRecords({ stateFolder, report }: StatePlace): Promise<Kysely<Database>> {
  return openPglite(join(stateFolder, 'db'), () => `damaged-${ulidIds()}`, {
    onSetAside: (path) =>
      report?.('the embedded database was damaged and is made anew', new Error(`${SET_ASIDE} \`${path}\``)),
  })
}

async function openEmbedded(place: StatePlace, identity: LedgerIdentity): Promise<Result<OpenedState, Problem>> {
  const { stateFolder } = place
  await mkdir(join(stateFolder, 'ledger'), { recursive: true, mode: 0o700 })
  const ledger = await openFileLedger({ ...identity, path: journalOf(stateFolder) })
  if (!ledger.ok) return ledger
  try {
    const db = await openRecords(place)
    const store = sqlRecordStore(db, identity.organization)
    return ok({ ledger: ledger.value, store, db, turn: undefined, postgres: undefined })
  } catch (error) {
    await ledger.value.close()
    const problem = embeddedProblem(stateFolder, error)
    if (problem === undefined) throw error
    return fail(problem)
  }
}

async function openShared(
  place: StatePlace,
  postgres: PostgresOptions,
  identity: LedgerIdentity,
): Promise<Result<OpenedState, Problem>> {
  const database = await openDatabase(postgres)
  if (!database.ok) return database
  const db = database.value
  try {
    return await openTables(place, postgres, identity, db)
  } catch (error) {
    await db.destroy()
    // Of the driver's errors only the code is repeated.
    if (error instanceof Error && 'severity' in error) return fail(databaseProblem(error))
    throw error
  }
}

// oxlint-disable-next-line max-params -- where the state lies, whose it is, and the connection
async function openTables(
  place: StatePlace,
  postgres: PostgresOptions,
  identity: LedgerIdentity,
  db: Kysely<Database>,
): Promise<Result<OpenedState, Problem>> {
  if (await isMovedAway(db, identity.organization)) {
    await db.destroy()
    return fail({
      code: 'state/moved',
      message: 'the state was moved out of the database of `GATEHOUSE_DATABASE_URL` into a state folder',
      next: 'unset GATEHOUSE_DATABASE_URL, or bring it back with `gatehouse db move --to postgresql`',
    })
  }
  const turns = postgresTurns(db, identity.organization)
  const ledger = await openPostgresLedger({
    ...identity,
    db,
    turn: turns.now,
    onFailure: (error) => place.report?.('the ledger cannot reach its tables in the database', error),
    holder: `${ulidIds()}`,
    listen: (onSignal) => listenOnPostgres(postgres.connectionString, LEDGER_CHANNEL, onSignal),
  })
  const refused = ledger.ok ? await leftBehind(place.stateFolder, ledger.value) : ledger
  if (!ledger.ok || !refused.ok) {
    if (ledger.ok) await ledger.value.close()
    await db.destroy()
    return refused.ok ? fail({ code: 'state/database', message: 'the ledger cannot be opened' }) : refused
  }
  const { organization } = identity
  return ok({
    ledger: ledger.value,
    store: sqlRecordStore(db, organization),
    db,
    turn: turns.turn,
    postgres,
  })
}

/** A journal file with entries beside an empty database: going on would begin a second history. */
async function leftBehind(stateFolder: string, ledger: Ledger): Promise<Result<undefined, Problem>> {
  if (ledger.size > 0 || (await sizeOf(journalOf(stateFolder))) === 0) return ok(undefined)
  return fail({
    code: 'state/journal-elsewhere',
    message: `\`${stateFolder}\` has a journal, and the database of \`GATEHOUSE_DATABASE_URL\` has none`,
    next: 'move it with `gatehouse db move --to postgresql`, or go on with the journal by unsetting GATEHOUSE_DATABASE_URL',
  })
}

export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0
    throw error
  }
}

async function openDatabase(postgres: PostgresOptions): Promise<Result<Kysely<Database>, Problem>> {
  try {
    return ok(await openPostgres(postgres))
  } catch (error) {
    return fail(databaseProblem(error))
  }
}
