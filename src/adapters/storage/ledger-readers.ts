import type { Kysely } from 'kysely'
import type { ReaderPositions } from '../../application/webhooks/fan-out.ts'
import { inOrganization } from './row-security.ts'
import type { Database } from './schema.ts'

/** How far readers of the ledger have come, shared by all servers. */
export function sqlReaderPositions(db: Kysely<Database>, organization: string): ReaderPositions {
  return {
    get: (name) =>
      inOrganization(db, organization, async (transaction) => {
        const row = await transaction
          .selectFrom('ledger_readers')
          .select('position')
          .where('organization_id', '=', organization)
          .where('name', '=', name)
          .executeTakeFirst()
        return row === undefined ? undefined : Number(row.position)
      }),
    advance: (name, position) =>
      inOrganization(db, organization, async (transaction) => {
        await transaction
          .insertInto('ledger_readers')
          .values({ organization_id: organization, name, position })
          .onConflict((conflict) =>
            conflict
              .columns(['organization_id', 'name'])
              .doUpdateSet({ position })
              .where('ledger_readers.position', '<', position),
          )
          .execute()
      }),
  }
}
