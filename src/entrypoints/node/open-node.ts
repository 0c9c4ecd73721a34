import { createHash, type KeyObject } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { rawPublicKey } from '../../adapters/crypto/ed25519.ts'
import { nodeRandomBytes, nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent } from '../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { openKeyFolder, writeTrustFile } from '../../adapters/keys/key-folder.ts'
import { openFileLedger } from '../../adapters/ledger/file-ledger.ts'
import { takeOwnerLock } from '../../adapters/owner/owner-lock.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { Kysely } from 'kysely'
import { openPglite } from '../../adapters/storage/open-pglite.ts'
import { openPostgres } from '../../adapters/storage/open-postgres.ts'
import type { Database } from '../../adapters/storage/schema.ts'
import { sqlIdentityStore } from '../../adapters/storage/identity-store.ts'
import { sqlRecordStore } from '../../adapters/storage/sql-record-store.ts'
import type { BundleKeys } from '../../application/admission/build-bundle.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import type { IdentityNode } from '../../application/identity/identity-node.ts'
import { Recorder } from '../../application/state/recorder.ts'
import { base64Of } from '../../base/bytes.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import { parseRights } from '../../contract/rights/parse-rights.ts'
import { shippedRights, shippedThreats } from './shipped-content.ts'
import { derivedSecrets, type DerivedSecrets } from './derived-secrets.ts'

export interface OpenedNode extends IdentityNode, DerivedSecrets, AsyncDisposable {
  readonly keyFor: (purpose: string) => Uint8Array
  readonly stateFolder: string
  readonly bundleKeys: BundleKeys
  readonly workloadKey: KeyObject
  trustText(): Promise<string>
  onEntry(listener: (entry: LedgerEntry) => void): () => void
}

export interface OpenNodeOptions {
  readonly stateFolder: string
  readonly organization: string
  readonly version: string
  /** PostgreSQL for the projection; the embedded database without it. */
  readonly databaseUrl?: string | undefined
  readonly databaseSchema?: string | undefined
}

/** Becomes the owner of a state folder: lock, keys, ledger, database, in this order; undone in reverse. */
export async function openNode(options: OpenNodeOptions): Promise<Result<OpenedNode, Problem>> {
  const lock = await takeOwnerLock(options.stateFolder)
  if (!lock.ok) return lock
  try {
    const opened = await openUnderLock(options, () => lock.value.release())
    if (!opened.ok) lock.value.release()
    return opened
  } catch (error) {
    lock.value.release()
    const code = errnoOf(error)
    if (code === undefined) throw error
    return fail({
      code: 'state/unusable',
      message: `the state folder \`${options.stateFolder}\` cannot be used (${code})`,
      next: code === 'ENOSPC' ? 'free space on its disk' : 'check its permissions',
    })
  }
}

async function openUnderLock(options: OpenNodeOptions, release: () => void): Promise<Result<OpenedNode, Problem>> {
  const { stateFolder, organization, version } = options
  const keyFolder = await openKeyFolder(join(stateFolder, 'keys'))
  if (!keyFolder.ok) return keyFolder
  const { keys, pseudonymKey, workloadKey } = keyFolder.value
  const origin = `gatehouse.dev/${organization}/${createHash('sha256').update(keys.ledger.publicKey).digest('hex').slice(0, 12)}`
  await mkdir(join(stateFolder, 'ledger'), { recursive: true, mode: 0o700 })
  const ledger = await openFileLedger({
    path: join(stateFolder, 'ledger', 'journal.jsonl'),
    organization,
    origin,
    signer: keys.ledger,
    pseudonymKey,
    clock: systemClock,
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
  })
  if (!ledger.ok) return ledger
  const trustPath = join(stateFolder, 'trust.json')
  if ((await readTextIfPresent(trustPath)) === undefined)
    await writeTrustFile(trustPath, organization, origin, keys, systemClock())
  const database = await openDatabase(options)
  if (!database.ok) {
    await ledger.value.close()
    return database
  }
  const store = sqlRecordStore(database.value, organization)
  const listeners = new Set<(entry: LedgerEntry) => void>()
  const recorder = await Recorder.start(ledger.value, store, (entry) => {
    for (const listener of listeners) listener(entry)
  })
  const engine = celEngine()
  const secrets = derivedSecrets(pseudonymKey, organization)
  return ok({
    organization,
    version,
    stateFolder,
    ledger: ledger.value,
    store,
    recorder,
    keys,
    engine,
    sha256: nodeSha256,
    clock: systemClock,
    newId: ulidIds,
    newSecret: () => Buffer.from(nodeRandomBytes(32)).toString('base64url'),
    identity: sqlIdentityStore(database.value, organization),
    shippedRights: await shippedRights(),
    threatCatalogue: await shippedThreats(),
    parseRights,
    parsePack: (file, text) => parsePack(nodeSha256, engine, file, text),
    workloadKey,
    ...secrets,
    bundleKeys: bundleKeysOf(secrets, workloadKey),
    trustText: async () => (await readTextIfPresent(trustPath)) ?? '',
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      await ledger.value.close()
      await store.close()
      release()
    },
  })
}

function bundleKeysOf(secrets: DerivedSecrets, workloadKey: KeyObject): BundleKeys {
  return {
    apiKeyHash: (system, environment) => ({
      id: `${system}/${environment}`,
      sha256: createHash('sha256').update(secrets.apiKeyOf(system, environment)).digest('hex'),
    }),
    workloadKeys: [base64Of(rawPublicKey(workloadKey))],
  }
}

async function openDatabase({
  stateFolder,
  databaseUrl,
  databaseSchema,
}: OpenNodeOptions): Promise<Result<Kysely<Database>, Problem>> {
  if (databaseUrl === undefined) return ok(await openPglite(join(stateFolder, 'db'), () => `damaged-${ulidIds()}`))
  try {
    return ok(await openPostgres(databaseUrl, databaseSchema))
  } catch (error) {
    // The connection string may hold a password: only the server's code is repeated.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    return fail({
      code: 'state/database',
      message: `the database of \`GATEHOUSE_DATABASE_URL\` cannot be used (${code})`,
      next: 'check that PostgreSQL 15 or newer runs there and lets this user create tables',
    })
  }
}
