import { recordStoreWithin } from '../../../adapters/storage/sql-record-store.ts'
import type { LedgerIdentity } from '../../../adapters/ledger/entry-maker.ts'
import { inOrganization } from '../../../adapters/storage/row-security.ts'
import { rebuildProjection } from '../../../application/state/rebuild-projection.ts'
import { transferRefusal } from '../../../adapters/owner/transfer-marker.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { existingIdentity } from '../ledger-identity.ts'
import { openState, postgresOf, type StatePlace } from '../open-state.ts'
import type { CopyOptions } from './copy-options.ts'
import { withTables } from './shared-tables.ts'
import { underLock } from './under-lock.ts'

/** Makes the records anew from the ledger, in one transaction: interrupted, they are as they were. */
export async function rebuildState(
  place: StatePlace,
  options: CopyOptions,
): Promise<Result<{ readonly entries: number }, Problem>> {
  return underLock(place.stateFolder, async () => {
    const refusal = await transferRefusal(place.stateFolder, place.databaseUrl !== undefined)
    if (refusal !== undefined) return fail(refusal)
    const identity = await existingIdentity(place.stateFolder, options.organization)
    if (!identity.ok) return identity
    const postgres = postgresOf(place)
    if (postgres === undefined) return openAndRebuild(place, identity.value, options)
    // The lock comes first: the ledger that is opened under it can only read.
    return withTables(postgres, { organization: options.organization, mayMigrate: true }, () =>
      openAndRebuild(place, identity.value, options),
    )
  })
}

async function openAndRebuild(
  place: StatePlace,
  identity: LedgerIdentity,
  { organization, signal, onStart, onEntry }: CopyOptions,
): Promise<Result<{ readonly entries: number }, Problem>> {
  const opened = await openState(place, identity)
  if (!opened.ok) return opened
  const { db, ledger, store } = opened.value
  try {
    onStart(ledger.size)
    await inOrganization(db, organization, (transaction) =>
      rebuildProjection(ledger, recordStoreWithin(transaction, organization), () => {
        signal.throwIfAborted()
        onEntry()
      }),
    )
    return ok({ entries: ledger.size })
  } finally {
    await ledger.close()
    await store.close()
  }
}
