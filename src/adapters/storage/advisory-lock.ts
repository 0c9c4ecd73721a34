import { sql } from 'kysely'

/** A name that servers on one schema agree on, as the number that PostgreSQL's advisory locks are of. */
export function lockOf(purpose: string, organization: string): ReturnType<typeof sql> {
  return sql`hashtextextended(${`gatehouse.${purpose}/${organization}/`} || current_schema(), 0)`
}
