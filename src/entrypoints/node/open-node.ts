import { createHash, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { steadyClock } from '../../adapters/clock/steady-clock.ts'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { rawPublicKey } from '../../adapters/crypto/ed25519.ts'
import { nodeRandomBytes, nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent } from '../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { openKeyFolder, writeTrustFile } from '../../adapters/keys/key-folder.ts'
import { takeOwnerLock } from '../../adapters/owner/owner-lock.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { opaEndpoints } from '../../adapters/policy-opa/opa-endpoints.ts'
import { opaEngine } from '../../adapters/policy-opa/opa-engine.ts'
import { sqlIdentityStore } from '../../adapters/storage/identity-store.ts'
import type { BundleKeys } from '../../application/admission/build-bundle.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import type { IdentityNode } from '../../application/identity/identity-node.ts'
import { Recorder } from '../../application/state/recorder.ts'
import { base64Of } from '../../base/bytes.ts'
import type { Clock } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import { parseRights } from '../../contract/rights/parse-rights.ts'
import { shippedRights, shippedThreats } from './shipped-content.ts'
import { derivedSecrets, type DerivedSecrets } from './derived-secrets.ts'
import type { ReportTrouble } from './report-trouble.ts'
import { openState, type OpenedState, type StatePlace } from './open-state.ts'

export interface OpenedNode
  extends IdentityNode, DerivedSecrets, Pick<OpenedState, 'db' | 'postgres'>, AsyncDisposable {
  readonly keyFor: (purpose: string) => Uint8Array
  readonly stateFolder: string
  readonly bundleKeys: BundleKeys
  readonly workloadKey: KeyObject
  readonly report: ReportTrouble
  trustText(): Promise<string>
  onEntry(listener: (entry: LedgerEntry) => void): () => void
}

export interface OpenNodeOptions extends StatePlace {
  readonly organization: string
  readonly version: string
  /** Told of what failed with no caller to tell; it is tried again. */
  readonly report: ReportTrouble
  /** That of the machine where none is given. */
  readonly clock?: Clock | undefined
  /** Names the OPA servers that packs may ask. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
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
  const endpoints = opaEndpoints(options.environment ?? {})
  if (!endpoints.ok) return endpoints
  const keyFolder = await openKeyFolder(join(stateFolder, 'keys'))
  if (!keyFolder.ok) return keyFolder
  const { keys, pseudonymKey, workloadKey } = keyFolder.value
  const steady = steadyClock(options.clock ?? systemClock)
  const origin = `gatehouse.dev/${organization}/${createHash('sha256').update(keys.ledger.publicKey).digest('hex').slice(0, 12)}`
  const state = await openState(options, {
    organization,
    origin,
    signer: keys.ledger,
    pseudonymKey,
    clock: steady.now,
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
  })
  if (!state.ok) return state
  const { ledger, store, db, turn, postgres } = state.value
  const trustPath = join(stateFolder, 'trust.json')
  const listeners = new Set<(entry: LedgerEntry) => void>()
  let recorder: Recorder
  try {
    if ((await readTextIfPresent(trustPath)) === undefined)
      await writeTrustFile(trustPath, organization, origin, keys, steady.now())
    for await (const { leaf } of ledger.read(Math.max(0, ledger.size - 1), ledger.size)) steady.reached(leaf.at)
    recorder = await Recorder.start(ledger, store, {
      onChange: (entry) => {
        steady.reached(entry.leaf.at)
        for (const listener of listeners) listener(entry)
      },
      onFailure: (error) => options.report('an entry of the ledger could not be read into the state', error),
      turn,
    })
  } catch (error) {
    await closeState(state.value)
    throw error
  }
  const engine = celEngine()
  const secrets = derivedSecrets(pseudonymKey, organization)
  return ok({
    organization,
    version,
    stateFolder,
    report: options.report,
    ledger,
    store,
    db,
    postgres,
    recorder,
    keys,
    engine,
    rego: opaEngine({ endpoints: endpoints.value }),
    sha256: nodeSha256,
    clock: steady.now,
    newId: ulidIds,
    newSecret: () => Buffer.from(nodeRandomBytes(32)).toString('base64url'),
    identity: sqlIdentityStore(db, organization),
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
      await recorder.close()
      await closeState(state.value)
      release()
    },
  })
}

async function closeState({ ledger, store }: OpenedState): Promise<void> {
  await ledger.close()
  await store.close()
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
