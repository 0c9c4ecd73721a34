import type { Kysely, Transaction } from 'kysely'
import { inOrganization } from '../storage/row-security.ts'
import type { Database } from '../storage/schema.ts'

/** By the name of a key; of secret keys something that tells nothing about them. */
export type KeyFingerprints = Readonly<Record<string, string>> & { readonly ledger: string }

/**
 * Names of the keys that are others than those that this ledger was begun with. The first server that comes says which
 * those are; so does one with a ledger key of its own while the ledger holds nothing.
 */
export function otherKeys(
  db: Kysely<Database>,
  organization: string,
  own: KeyFingerprints,
  isEmpty: boolean,
): Promise<readonly string[]> {
  const rows = Object.entries(own).map(([name, fingerprint]) => ({ organization_id: organization, name, fingerprint }))
  return inOrganization(db, organization, async (transaction) => {
    const keep = (): Promise<unknown> =>
      transaction
        .insertInto('ledger_keys')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
        .execute()
    await keep()
    const kept = await transaction
      .selectFrom('ledger_keys')
      .select(['name', 'fingerprint'])
      .where('organization_id', '=', organization)
      .execute()
    const others = kept.filter(({ name, fingerprint }) => (own[name] ?? fingerprint) !== fingerprint)
    if (!isEmpty || !others.some(({ name }) => name === 'ledger')) return others.map(({ name }) => name)
    await forgetKeys(transaction, organization)
    await keep()
    return []
  })
}

/** Before another ledger is put into tables that hold none. */
export async function forgetKeys(transaction: Transaction<Database>, organization: string): Promise<void> {
  await transaction.deleteFrom('ledger_keys').where('organization_id', '=', organization).execute()
}
