import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { migrate } from './migrations.ts'
import type { Database } from './schema.ts'

const CONNECTIONS_MAX = 10
const STATEMENT_TIMEOUT_MS = 30_000

/** Opens a PostgreSQL (15 or newer) database, in a schema of its own if one is named. */
export async function openPostgres(connectionString: string, schema?: string): Promise<Kysely<Database>> {
  const pool = new Pool({
    connectionString,
    max: CONNECTIONS_MAX,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
  })
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db as unknown as Kysely<never>)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}
