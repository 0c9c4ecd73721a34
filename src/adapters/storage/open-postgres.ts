import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { migrate } from './migrations.ts'
import { APP_ROLE, bypassOf } from './row-security.ts'
import type { Database } from './schema.ts'

/** One is the sequencer's while it has the role, one is held while a piece of work has its turn. */
const CONNECTIONS_MAX = 12
const STATEMENT_TIMEOUT_MS = 30_000
/** A transaction that its process forgot must not hold locks for good. */
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 10_000

export interface PostgresOptions {
  readonly connectionString: string
  /** Owns the tables and migrates them; `connectionString` without it. */
  readonly ownerConnectionString?: string | undefined
  /** In a schema of its own if one is named. */
  readonly schema?: string | undefined
}

/** The application's connections could see rows of every organization: they are not used. */
export class RowSecurityBypassed extends Error {}

/** Row-level security, and grants of schemas, are as this version has them. */
const VERSION_MIN = 15

/** The login may not take on the application's role. */
export class RoleRefused extends Error {}

/** PostgreSQL: insufficient_privilege. */
export const NOT_PERMITTED = '42501'

export class PostgresTooOld extends Error {}

async function refuseOld(db: Kysely<never>): Promise<void> {
  const { rows } = await sql<{ version: string }>`select current_setting('server_version_num') as version`.execute(db)
  const version = Math.trunc(Number(rows[0]?.version) / 10_000)
  if (version < VERSION_MIN) throw new PostgresTooOld(`the database is PostgreSQL ${version}`)
}

/** Migrates as the owner, then opens PostgreSQL (15 or newer) as the application's role, which owns nothing. */
export async function openPostgres(options: PostgresOptions): Promise<Kysely<Database>> {
  await asOwner(options, async (owner) => {
    await refuseOld(owner)
    await migrate(owner)
  })
  return openAsApplication(options)
}

/** Connections that row-level security holds for. */
export async function openAsApplication(
  options: PostgresOptions,
  connections = CONNECTIONS_MAX,
): Promise<Kysely<Database>> {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOf(options, connections, APP_ROLE) }) })
  try {
    const bypass = await bypassOf(db as unknown as Kysely<never>)
    if (bypass !== undefined) throw new RowSecurityBypassed(bypass)
    return db
  } catch (error) {
    await db.destroy()
    // This first question needs no right but to connect in that role.
    if (error instanceof Error && 'code' in error && error.code === NOT_PERMITTED)
      throw new RoleRefused(`its login may not take on the role \`${APP_ROLE}\``, { cause: error })
    throw error
  }
}

/** Runs work as the role that owns the tables, on a connection of its own. */
export async function asOwner<Value>(
  options: PostgresOptions,
  work: (owner: Kysely<never>) => Promise<Value>,
): Promise<Value> {
  const connectionString = options.ownerConnectionString ?? options.connectionString
  const owner = new Kysely<never>({
    dialect: new PostgresDialect({ pool: poolOf({ ...options, connectionString }, 1, undefined) }),
  })
  try {
    return await work(owner)
  } finally {
    await owner.destroy()
  }
}

function poolOf({ connectionString, schema }: PostgresOptions, max: number, role: string | undefined): Pool {
  const settings = [
    ...(role === undefined
      ? []
      : [
          // A start-up setting: `reset role` comes back to it.
          `-c role=${role}`,
          `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
        ]),
    `-c idle_in_transaction_session_timeout=${IDLE_TRANSACTION_TIMEOUT_MS}`,
    ...(schema === undefined ? [] : [`-c search_path=${schema}`]),
  ]
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'gatehouse',
    options: settings.join(' '),
  })
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => undefined)
  // The same for one that breaks while somebody holds it: its queries fail and say so.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
