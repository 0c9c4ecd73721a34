import { createHmac } from 'node:crypto'
import { rawPublicKey } from '../../adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import type { KeyFolder, KeyName } from '../../adapters/keys/key-folder.ts'
import { otherKeys, type KeyFingerprints } from '../../adapters/ledger/ledger-keys.ts'
import { digestOfBytes } from '../../base/digest.ts'
import type { Problem } from '../../base/result.ts'
import type { OpenedState } from './open-state.ts'
import { foreignKeys } from './state-keys.ts'

/** Why a server may not share the ledger in a database: it would sign and derive with other keys than the servers before it. */
export async function otherSharedKeys(
  { db, ledger, postgres }: Pick<OpenedState, 'db' | 'ledger' | 'postgres'>,
  { stateFolder, organization }: { readonly stateFolder: string; readonly organization: string },
  keys: KeyFolder,
): Promise<Problem | undefined> {
  if (postgres === undefined) return undefined
  const others = await otherKeys(db, organization, fingerprintsOf(keys, organization), ledger.size === 0)
  return others.length === 0
    ? undefined
    : foreignKeys(stateFolder, others as readonly KeyName[], 'the ledger in this database was begun with')
}

function fingerprintsOf(
  { keys, workloadKey, pseudonymKey }: KeyFolder,
  organization: string,
): KeyFingerprints & Readonly<Record<KeyName, string>> {
  return {
    gate: keys.gate.keyId,
    ledger: keys.ledger.keyId,
    deny: keys.deny.keyId,
    bundle: keys.bundle.keyId,
    workload: digestOfBytes(nodeSha256, rawPublicKey(workloadKey)),
    // SECURITY: a secret. Who reads the tables learns whether two are the same, and nothing else.
    pseudonym: createHmac('sha256', pseudonymKey).update(`fingerprint\n${organization}`).digest('hex'),
  }
}
