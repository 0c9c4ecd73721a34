import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent } from '../../adapters/files/atomic-file.ts'
import {
  keyFileOf,
  openKeyFolder,
  writeTrustFile,
  type KeyFolder,
  type KeyName,
} from '../../adapters/keys/key-folder.ts'
import { KEY_PURPOSES, type KeyPurpose } from '../../application/keys/signing-keys.ts'
import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseTrustFile } from '../../contract/trust/trust-file.ts'
import { keysOf, originOf } from './ledger-identity.ts'
import { journalOf, sizeOf } from './open-state.ts'

export interface StateKeys extends KeyFolder {
  /** Names in the trust file what it does not name yet; called once the ledger was found to be of these keys. */
  publish(): Promise<void>
}

export const trustPathOf = (stateFolder: string): string => join(stateFolder, 'trust.json')

type Trust = Extract<ReturnType<typeof parseTrustFile>, { readonly ok: true }>['value'] & { readonly text: string }

/**
 * The keys of a state. They are made while it has no history; later they are the ones that its trust file names, or the
 * state is not opened. A key whose validity ended in the trust file is one that its operator gave up: another is made.
 */
export async function openStateKeys(
  stateFolder: string,
  organization: string,
  now: EpochMs,
): Promise<Result<StateKeys, Problem>> {
  const trust = await readTrust(stateFolder)
  if (!trust.ok) return trust
  const published = trust.value
  const holding = (purpose: KeyPurpose): Trust['keys'] => holdingKeys(published, purpose, now)
  const hasHistory = published !== undefined || (await hasLedger(stateFolder))
  // The ledger goes on only with its own key, and what is derived from the pseudonym key lies in every entry. The
  // applications' key is theirs to take anew.
  const mayMake = (name: KeyName): boolean =>
    !hasHistory ||
    name === 'workload' ||
    (name !== 'pseudonym' && name !== 'ledger' && published !== undefined && holding(name).length === 0)
  const opened = await openKeyFolder(keysOf(stateFolder), mayMake)
  if (!opened.ok) return opened
  const { keys } = opened.value
  if (published === undefined) {
    const whose = { organization, origin: originOf(organization, keys.ledger.publicKey), now }
    return ok({
      ...opened.value,
      publish: async () => void (await writeTrustFile(trustPathOf(stateFolder), whose, keys)),
    })
  }
  const foreign = KEY_PURPOSES.filter((purpose) => {
    const named = purpose === 'ledger' ? published.keys.filter((key) => key.purpose === 'ledger') : holding(purpose)
    const isOther = !named.some(({ keyId }) => keyId === keys[purpose].keyId)
    return isOther && (purpose === 'ledger' || named.length > 0)
  })
  if (foreign.length > 0) return fail(foreignKeys(stateFolder, foreign, '`trust.json` names'))
  const unnamed = Object.fromEntries(
    KEY_PURPOSES.filter((purpose) => purpose !== 'ledger' && holding(purpose).length === 0).map((purpose) => [
      purpose,
      keys[purpose],
    ]),
  )
  const whose = { organization: published.file.organization, origin: published.file.origin, now }
  return ok({
    ...opened.value,
    publish: async () => {
      if (Object.keys(unnamed).length > 0)
        await writeTrustFile(trustPathOf(stateFolder), whose, unnamed, published.file.keys)
    },
  })
}

/** The trust file of a state, if it is there. */
export async function readTrust(stateFolder: string): Promise<Result<Trust | undefined, Problem>> {
  const path = trustPathOf(stateFolder)
  const text = await readTextIfPresent(path)
  if (text === undefined) return ok(undefined)
  const trust = parseTrustFile(nodeSha256, text)
  return trust.ok
    ? ok({ ...trust.value, text })
    : fail({ ...trust.failure, message: `\`${path}\`: ${trust.failure.message}`, next: 'put your published copy back' })
}

/** Why nobody could verify with this trust file what this ledger's key has signed; undefined when they can. */
export function otherLedgerKey(stateFolder: string, trust: Trust, origin: string): Problem | undefined {
  const names = trust.keys.some(
    ({ purpose, publicKey }) => purpose === 'ledger' && originOf(trust.file.organization, publicKey) === origin,
  )
  return names ? undefined : foreignKeys(stateFolder, ['ledger'], '`trust.json` names')
}

/** Keys of a purpose that have not ended. A clock that was set back does not take them away. */
function holdingKeys(trust: Trust | undefined, purpose: KeyPurpose, now: EpochMs): Trust['keys'] {
  return (trust?.keys ?? []).filter(
    (key) => key.purpose === purpose && (key.validUntil === null || now < key.validUntil),
  )
}

export function foreignKeys(stateFolder: string, names: readonly KeyName[], than: string): Problem {
  const files = names.map((name) => `\`${join(keysOf(stateFolder), keyFileOf(name))}\``)
  return {
    code: 'keys/foreign',
    message: `${files.join(', ')}: not the key that ${than}`,
    next: 'put `keys/` and `trust.json` of this state back, both from one copy',
  }
}

async function hasLedger(stateFolder: string): Promise<boolean> {
  return (await sizeOf(journalOf(stateFolder))) > 0 || existsSync(join(stateFolder, 'db'))
}
