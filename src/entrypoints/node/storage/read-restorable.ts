import { createPrivateKey } from 'node:crypto'
import { backupLines, openBackup, type Backup } from '../../../adapters/backup/read-backup.ts'
import { rawPublicKey } from '../../../adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { ownCheckpoint } from '../../../adapters/ledger/entry-maker.ts'
import type { JournalLine, VerifyCheckpoint } from '../../../adapters/ledger/journal.ts'
import { LedgerLinesDamaged, verifiedLines } from '../../../adapters/ledger/verified-lines.ts'
import { equalBytes } from '../../../base/bytes.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseTrustFile } from '../../../contract/trust/trust-file.ts'
import { leafBytes } from '../../../domain/ledger/leaf.ts'
import { leafHash, MerkleTree } from '../../../domain/ledger/merkle.ts'
import { originOf } from '../ledger-identity.ts'
import type { CopyOptions } from './copy-options.ts'

/** A backup that was verified from its first byte to its last. */
export interface Restorable extends Backup {
  readonly tree: MerkleTree
  /** The raw public key that signed the ledger. */
  readonly ledgerKey: Uint8Array
  /** The lines once more, verified on their way. */
  lines(onEntry: () => void): AsyncIterable<JournalLine>
}

/** Verifies a backup against a trust file, or, without one, against the one inside: then it vouches for itself. */
export async function readRestorable(
  path: string,
  trustText: string | undefined,
  { organization, signal, onStart, onEntry }: CopyOptions,
): Promise<Result<Restorable, Problem>> {
  const backup = await openBackup(path)
  if (!backup.ok) return backup
  const { manifest } = backup.value
  if (manifest.organization !== organization)
    return fail({
      code: 'db/other-organization',
      message: `the backup is of the organization \`${manifest.organization}\`, not of \`${organization}\``,
      next: 'use a backup of this one',
    })
  const trust = parseTrustFile(nodeSha256, trustText ?? backup.value.trustText)
  if (!trust.ok) return trust
  const ledgerKey = trust.value.keys.find(
    ({ purpose, publicKey }) => purpose === 'ledger' && originOf(organization, publicKey) === manifest.origin,
  )?.publicKey
  if (ledgerKey === undefined)
    return fail({
      code: 'db/not-trusted',
      message: 'the trust file names no key of the ledger in this backup',
      next: 'use the trust file that was published for it',
    })
  const verifyCheckpoint = ownCheckpoint({ origin: manifest.origin, signer: { publicKey: ledgerKey } })
  if (!(await verifyCheckpoint(backup.value.note)))
    return fail({
      code: 'db/backup-damaged',
      message: `the manifest of \`${path}\` is not signed by the key of its ledger`,
      next: 'use another backup; nothing was written',
    })
  onStart(manifest.entries)
  const verified = await verify(path, backup.value, { verifyCheckpoint, signal, onEntry })
  if (!verified.ok) return verified
  return ok({
    ...backup.value,
    tree: verified.value,
    ledgerKey,
    lines: (onLine) => verifiedLines(backupLines(path), { verifyCheckpoint, signal, onEntry: onLine }),
  })
}

async function verify(
  path: string,
  { manifest, keys }: Backup,
  check: { readonly verifyCheckpoint: VerifyCheckpoint; readonly signal: AbortSignal; readonly onEntry: () => void },
): Promise<Result<MerkleTree, Problem>> {
  const tree = new MerkleTree(nodeSha256)
  let checkpoint = ''
  try {
    for await (const line of verifiedLines(backupLines(path), check))
      if ('checkpoint' in line) checkpoint = line.checkpoint
      else tree.append(leafHash(nodeSha256, leafBytes(line.leaf)))
  } catch (error) {
    if (!(error instanceof LedgerLinesDamaged)) throw error
    return fail({
      code: 'db/backup-damaged',
      message: `\`${path}\`: ${error.message}`,
      next: 'use another backup; nothing was written',
    })
  }
  if (tree.size !== manifest.entries || checkpoint !== manifest.checkpoint || keys.length > 0 !== manifest.holdsKeys)
    return fail({
      code: 'db/backup-damaged',
      message: `\`${path}\` does not hold what its manifest says`,
      next: 'use another backup; nothing was written',
    })
  return ok(tree)
}

/** Whether a private key, as PEM, is the one of the ledger. */
export function isKeyOf(pem: Uint8Array, ledgerKey: Uint8Array): boolean {
  try {
    return equalBytes(rawPublicKey(createPrivateKey(Buffer.from(pem))), ledgerKey)
  } catch (error) {
    // Whatever OpenSSL says of a damaged key: it is not this one.
    if (!(error instanceof Error)) throw error
    return false
  }
}
