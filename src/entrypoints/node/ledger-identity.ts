import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { nodeRandomBytes } from '../../adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { readLedgerKeys } from '../../adapters/keys/key-folder.ts'
import type { SigningKeys } from '../../application/keys/signing-keys.ts'
import type { LedgerIdentity } from '../../adapters/ledger/entry-maker.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'

export const keysOf = (stateFolder: string): string => join(stateFolder, 'keys')

/** The ledger that these keys write for an organization. */
export function ledgerIdentity(
  { ledger, pseudonymKey }: { readonly ledger: SigningKeys['ledger']; readonly pseudonymKey: Uint8Array },
  organization: string,
): LedgerIdentity {
  return {
    organization,
    origin: originOf(organization, ledger.publicKey),
    signer: ledger,
    pseudonymKey,
    clock: systemClock,
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
  }
}

export function originOf(organization: string, ledgerKey: Uint8Array): string {
  return `gatehouse.dev/${organization}/${createHash('sha256').update(ledgerKey).digest('hex').slice(0, 12)}`
}

/** The ledger of keys that are there: none are made, and nothing is written. */
export async function existingIdentity(
  stateFolder: string,
  organization: string,
): Promise<Result<LedgerIdentity, Problem>> {
  const folder = keysOf(stateFolder)
  if (!existsSync(folder))
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` has no keys, so no ledger can be read with them`,
      next: 'name the state folder with --state',
    })
  const keys = await readLedgerKeys(folder)
  return keys.ok ? ok(ledgerIdentity(keys.value, organization)) : keys
}
