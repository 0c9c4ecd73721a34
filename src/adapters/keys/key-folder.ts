import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KEY_PURPOSES, type KeyPurpose, type SigningKeys } from '../../application/keys/signing-keys.ts'
import { base64Of } from '../../base/bytes.ts'
import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { TrustFile } from '../../contract/trust/trust-file.ts'
import { ed25519Signer } from '../crypto/ed25519.ts'
import { nodeRandomBytes } from '../crypto/node-crypto.ts'
import { writeFileAtomic } from '../files/atomic-file.ts'
import { errnoOf } from '../files/errno.ts'

export interface KeyFolder {
  readonly keys: SigningKeys
  /** Secret behind actor pseudonyms and session tokens. */
  readonly pseudonymKey: Uint8Array
  /** The application's key for `Gatehouse-Subject`, made here in embedded mode only. */
  readonly workloadKey: KeyObject
}

/** Opens `.gatehouse/keys`, making what is missing: Ed25519, PKCS#8 PEM, mode 0600. */
export async function openKeyFolder(folder: string): Promise<Result<KeyFolder, Problem>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const keys: Partial<Record<KeyPurpose, SigningKeys[KeyPurpose]>> = {}
  for (const purpose of KEY_PURPOSES) {
    const key = await openPrivateKey(join(folder, `${purpose}.pem`))
    if (!key.ok) return key
    keys[purpose] = ed25519Signer(key.value)
  }
  const workloadKey = await openPrivateKey(join(folder, 'workload.pem'))
  if (!workloadKey.ok) return workloadKey
  const pseudonym = await openSecret(join(folder, 'pseudonym.key'))
  if (!pseudonym.ok) return pseudonym
  return ok({ keys: keys as SigningKeys, pseudonymKey: pseudonym.value, workloadKey: workloadKey.value })
}

/** An Ed25519 key in PKCS#8 PEM that only its owner can read; made where there is none. */
export async function openPrivateKey(path: string): Promise<Result<KeyObject, Problem>> {
  const pem = await openOrCreate(path, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  return pem.ok ? privateKeyOf(path, pem.value) : pem
}

/** Such a key that is there already. */
export async function readPrivateKey(path: string): Promise<Result<KeyObject, Problem>> {
  if (await exists(path)) return openPrivateKey(path)
  return fail({
    code: 'keys/not-found',
    message: `\`${path}\` does not exist`,
    next: 'name your key, or make one: --new-key',
  })
}

function privateKeyOf(path: string, pem: string): Result<KeyObject, Problem> {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return ok(key)
  } catch (error) {
    // Whatever OpenSSL says about a damaged key, the reader learns the file and the way out; never its content.
    if (errnoOf(error) === undefined && !(error instanceof Error)) throw error
  }
  return fail({
    code: 'keys/damaged',
    message: `\`${path}\` is not an Ed25519 private key`,
    next: 'restore it from your backup; a new key needs a new trust file',
  })
}

async function openSecret(path: string): Promise<Result<Uint8Array, Problem>> {
  const text = await openOrCreate(path, () => `${base64Of(nodeRandomBytes(32))}\n`)
  if (!text.ok) return text
  const bytes = Buffer.from(text.value.trim(), 'base64')
  return bytes.length === 32
    ? ok(new Uint8Array(bytes))
    : fail({
        code: 'keys/damaged',
        message: `\`${path}\` is not a 32-byte secret`,
        next: 'restore it from your backup',
      })
}

async function openOrCreate(path: string, make: () => string): Promise<Result<string, Problem>> {
  if (!(await exists(path))) await create(path, make())
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0)
    return fail({
      code: 'keys/permissions',
      message: `\`${path}\` can be read by others (mode ${(mode & 0o777).toString(8)})`,
      next: `chmod 600 ${path}`,
    })
  return ok(await readFile(path, 'utf8'))
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** A crash leaves the whole key or none: half a key would be refused as damaged for ever. */
async function create(path: string, content: string): Promise<void> {
  const draft = `${path}.draft`
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  // link(2), unlike rename(2), never replaces a key.
  await link(draft, path)
  await rm(draft)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Publishes the public halves beside the state, for auditors and gateways. */
// oxlint-disable-next-line max-params -- where, whose, which log, which keys, when
export async function writeTrustFile(
  path: string,
  organization: string,
  origin: string,
  keys: SigningKeys,
  now: EpochMs,
): Promise<TrustFile> {
  const file: TrustFile = {
    trustVersion: 1,
    organization,
    origin,
    threshold: { gate: 1, ledger: 1, deny: 1, bundle: 1 },
    keys: KEY_PURPOSES.map((purpose) => ({
      purpose,
      keyId: keys[purpose].keyId,
      publicKey: base64Of(keys[purpose].publicKey),
      validFrom: toRfc3339(now),
      validUntil: null,
    })),
  }
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`)
  return file
}
