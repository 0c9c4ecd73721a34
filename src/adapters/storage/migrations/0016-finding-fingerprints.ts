import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Findings are looked up by what they found. A column of the hash, not an index on the expression: under row-level security
 * an index serves only what PostgreSQL knows to leak nothing, which reading a member of a document is not.
 */
export const findingFingerprints: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table findings add column fingerprint_hash int8
      generated always as (hashtextextended(document->>'fingerprint', 0)) stored`.execute(db)
    await db.schema
      .createIndex('findings_by_fingerprint')
      .on('findings')
      .columns(['organization_id', 'system', 'fingerprint_hash'])
      .execute()
  },
}
