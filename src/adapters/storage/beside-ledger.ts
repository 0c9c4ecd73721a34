import type { Kysely } from 'kysely'
import { IDENTITY_TABLES, type IdentityTables } from './identity-tables.ts'
import { inOrganization } from './row-security.ts'
import type { Database } from './schema.ts'

/** How far each reader has come in the ledger. */
export type Positions = readonly { readonly name: string; readonly position: number }[]

export function positionsIn(db: Kysely<Database>, organization: string): Promise<Positions> {
  return inOrganization(db, organization, async (transaction) => {
    const rows = await transaction
      .selectFrom('ledger_readers')
      .select(['name', 'position'])
      .where('organization_id', '=', organization)
      .execute()
    return rows.map(({ name, position }) => ({ name, position: Number(position) }))
  })
}

/**
 * For a place that a ledger moves to: what an earlier stay left beside the ledger would come to life again. Readers go on
 * where they were in the place that it comes from, so that nothing is told twice or passed over.
 */
export function forgetBeside(db: Kysely<Database>, organization: string, positions: Positions): Promise<void> {
  return inOrganization(db, organization, async (transaction) => {
    const tables = [...(IDENTITY_TABLES as (keyof IdentityTables)[]), 'evaluation_trials', 'evaluation_parts'] as const
    for (const table of [...tables, 'ledger_readers'] as const)
      await transaction.deleteFrom(table).where('organization_id', '=', organization).execute()
    const rows = positions.map(({ name, position }) => ({ organization_id: organization, name, position }))
    if (rows.length > 0) await transaction.insertInto('ledger_readers').values(rows).execute()
  })
}
