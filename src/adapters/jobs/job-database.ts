import { Pool } from 'pg'
import type { Db } from 'pg-boss'
import type { EmbeddedStatements } from '../storage/open-pglite.ts'
import type { PostgresOptions } from '../storage/open-postgres.ts'
import { APP_ROLE, ORGANIZATION_SETTING } from '../storage/row-security.ts'

/** Where the queue's statements run. */
export interface JobDatabase extends Db {
  close(): Promise<void>
}

const CONNECTIONS_MAX = 6
const CONNECT_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000

/** Connections of one organization for the queue alone: role and organization are settings that each starts with. */
export function postgresJobs({ connectionString }: PostgresOptions, organization: string): JobDatabase {
  return poolOf(connectionString, CONNECTIONS_MAX, [
    `role=${APP_ROLE}`,
    `${ORGANIZATION_SETTING}=${organization}`,
    `statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    `idle_in_transaction_session_timeout=${IDLE_TRANSACTION_TIMEOUT_MS}`,
  ])
}

/** One connection as the role that owns the tables. */
export function postgresOwner({ connectionString, ownerConnectionString }: PostgresOptions): JobDatabase {
  return poolOf(ownerConnectionString ?? connectionString, 1, [])
}

function poolOf(connectionString: string, max: number, settings: readonly string[]): JobDatabase {
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'gatehouse jobs',
    // Spaces and backslashes of a value are escaped, or it would end there.
    options: settings.map((setting) => `-c ${setting.replaceAll(/[\\ ]/g, String.raw`\$&`)}`).join(' '),
  })
  // A connection that breaks while idle is replaced; one that breaks while held fails its statement.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    executeSql: (text, values) => pool.query(text, values) as Promise<{ rows: unknown[] }>,
    close: () => pool.end(),
  }
}

/** The same on the embedded database's one connection, which takes role and organization on for each statement. */
export function embeddedJobs(
  statements: EmbeddedStatements,
  who: { readonly organization: string } | { readonly isOwner: true },
): JobDatabase {
  const [enter, leave] =
    'isOwner' in who
      ? ['reset role', `set role ${APP_ROLE}`]
      : [
          `select set_config('${ORGANIZATION_SETTING}', '${who.organization.replaceAll("'", "''")}', false)`,
          `select set_config('${ORGANIZATION_SETTING}', '', false)`,
        ]
  return {
    executeSql: (text, values = []) =>
      statements.inTurn(async (run) => {
        await run(enter)
        try {
          return { rows: [...(await run(text, values))] }
        } catch (error) {
          // A script that failed in the middle of its own transaction must not leave it to the next statement.
          await run('rollback')
          throw error
        } finally {
          await run(leave)
        }
      }),
    close: async () => undefined,
  }
}
