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

export type KeyName = KeyPurpose | 'workload' | 'pseudonym'

export const keyFileOf = (name: KeyName): string => (name === 'pseudonym' ? 'pseudonym.key' : `${name}.pem`)

/**
 * Opens `.gatehouse/keys`: Ed25519, PKCS#8 PEM, mode 0600. What is missing is made where it may be; else nothing is
 * written, for another key in its place would speak for a state that nobody trusts it for.
 */
export async function openKeyFolder(
  folder: string,
  mayMake: (name: KeyName) => boolean = () => true,
): Promise<Result<KeyFolder, Problem>> {
  const missing = await missingKeys(folder, mayMake)
  if (missing !== undefined) return fail(missing)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const keys: Partial<Record<KeyPurpose, SigningKeys[KeyPurpose]>> = {}
  for (const purpose of KEY_PURPOSES) {
    const key = await openPrivateKey(join(folder, keyFileOf(purpose)))
    if (!key.ok) return key
    keys[purpose] = ed25519Signer(key.value)
  }
  const workloadKey = await openPrivateKey(join(folder, keyFileOf('workload')))
  if (!workloadKey.ok) return workloadKey
  const pseudonym = await openSecret(join(folder, keyFileOf('pseudonym')))
  if (!pseudonym.ok) return pseudonym
  return ok({ keys: keys as SigningKeys, pseudonymKey: pseudonym.value, workloadKey: workloadKey.value })
}

/** Names what is not there and may not be made. */
export async function missingKeys(
  folder: string,
  mayMake: (name: KeyName) => boolean = () => false,
): Promise<Problem | undefined> {
  const missing: string[] = []
  for (const name of [...KEY_PURPOSES, 'workload', 'pseudonym'] as const)
    if (!mayMake(name) && !(await exists(join(folder, keyFileOf(name))))) missing.push(keyFileOf(name))
  return missing.length === 0
    ? undefined
    : {
        code: 'keys/missing',
        message: `\`${folder}\` lacks ${missing.map((file) => `\`${file}\``).join(', ')}, and this state has a history`,
        next: 'put the keys that it was begun with back from your copy of them; nothing was written',
      }
}

/** The keys that a ledger is read and signed with, as they are: nothing is made or changed. */
export async function readLedgerKeys(
  folder: string,
): Promise<Result<{ readonly ledger: SigningKeys['ledger']; readonly pseudonymKey: Uint8Array }, Problem>> {
  const missing = await missingKeys(folder, (name) => name !== 'ledger' && name !== 'pseudonym')
  if (missing !== undefined) return fail(missing)
  const ledger = await openPrivateKey(join(folder, keyFileOf('ledger')))
  if (!ledger.ok) return ledger
  const pseudonym = await openSecret(join(folder, keyFileOf('pseudonym')))
  return pseudonym.ok ? ok({ ledger: ed25519Signer(ledger.value), pseudonymKey: pseudonym.value }) : pseudonym
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

/** Publishes the public halves beside the state, for auditors and gateways, behind what is published there already. */
export async function writeTrustFile(
  path: string,
  { organization, origin, now }: { readonly organization: string; readonly origin: string; readonly now: EpochMs },
  keys: Partial<SigningKeys>,
  published: TrustFile['keys'] = [],
): Promise<TrustFile> {
  const added = KEY_PURPOSES.flatMap((purpose) => {
    const key = keys[purpose]
    return key === undefined ? [] : [{ purpose, key }]
  })
  const file: TrustFile = {
    trustVersion: 1,
    organization,
    origin,
    threshold: { gate: 1, ledger: 1, deny: 1, bundle: 1 },
    keys: [
      ...published,
      ...added.map(({ purpose, key }) => ({
        purpose,
        keyId: key.keyId,
        publicKey: base64Of(key.publicKey),
        validFrom: toRfc3339(now),
        validUntil: null,
      })),
    ],
  }
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`)
  return file
}
