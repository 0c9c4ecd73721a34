import { sql, type Kysely } from 'kysely'
import type { Turn } from '../../application/state/recorder.ts'
import type { Database } from './schema.ts'

/** A name that servers on one schema agree on, as the number that PostgreSQL's advisory locks are of. */
export function lockOf(purpose: string, organization: string): ReturnType<typeof sql> {
  return sql`hashtextextended(${`gatehouse.${purpose}/${organization}/`} || current_schema(), 0)`
}

/** One piece of work at a time for an organization, on all servers of a database. The lock ends with its connection. */
export function postgresTurn(db: Kysely<Database>, organization: string): Turn {
  const lock = lockOf('turn', organization)
  return (work) =>
    db.connection().execute(async (connection) => {
      await sql`select pg_advisory_lock(${lock})`.execute(connection)
      try {
        return await work()
      } finally {
        await sql`select pg_advisory_unlock(${lock})`.execute(connection)
      }
    })
}
