import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { nodeRandomBytes } from '../../adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { openKeyFolder, type KeyFolder } from '../../adapters/keys/key-folder.ts'
import type { LedgerIdentity } from '../../adapters/ledger/entry-maker.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'

export const keysOf = (stateFolder: string): string => join(stateFolder, 'keys')

/** The ledger that these keys write for an organization. */
export function ledgerIdentity({ keys, pseudonymKey }: KeyFolder, organization: string): LedgerIdentity {
  return {
    organization,
    origin: originOf(organization, keys.ledger.publicKey),
    signer: keys.ledger,
    pseudonymKey,
    clock: systemClock,
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
  }
}

export function originOf(organization: string, ledgerKey: Uint8Array): string {
  return `gatehouse.dev/${organization}/${createHash('sha256').update(ledgerKey).digest('hex').slice(0, 12)}`
}

/** The ledger of keys that are there: none are made. */
export async function existingIdentity(
  stateFolder: string,
  organization: string,
): Promise<Result<LedgerIdentity, Problem>> {
  const folder = keysOf(stateFolder)
  if (!existsSync(join(folder, 'ledger.pem')))
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` has no keys, so no ledger can be read with them`,
      next: 'name the state folder with --state',
    })
  const keys = await openKeyFolder(folder)
  return keys.ok ? ok(ledgerIdentity(keys.value, organization)) : keys
}
