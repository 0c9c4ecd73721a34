import { createHash, type KeyObject } from 'node:crypto'
import { steadyClock, type SteadyClock } from '../../adapters/clock/steady-clock.ts'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { rawPublicKey } from '../../adapters/crypto/ed25519.ts'
import { nodeRandomBytes, nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent } from '../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { takeOwnerLock } from '../../adapters/owner/owner-lock.ts'
import { transferRefusal } from '../../adapters/owner/transfer-marker.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { opaEndpoints } from '../../adapters/policy-opa/opa-endpoints.ts'
import { opaEngine } from '../../adapters/policy-opa/opa-engine.ts'
import { sqlReaderPositions } from '../../adapters/storage/ledger-readers.ts'
import { sqlIdentityStore } from '../../adapters/storage/identity-store.ts'
import type { BundleKeys } from '../../application/admission/build-bundle.ts'
import type { JobQueue } from '../../application/jobs/job-queue.ts'
import type { ReaderPositions } from '../../application/webhooks/fan-out.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import type { IdentityNode } from '../../application/identity/identity-node.ts'
import { Recorder } from '../../application/state/recorder.ts'
import type { StorageReport } from '../../application/state/storage-report.ts'
import { base64Of } from '../../base/bytes.ts'
import type { Clock } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import { parseRights } from '../../contract/rights/parse-rights.ts'
import { shippedRights, shippedThreats } from './shipped-content.ts'
import { derivedSecrets, type DerivedSecrets } from './derived-secrets.ts'
import { lazyQueue, type LazyQueue } from './lazy-queue.ts'
import { ledgerIdentity } from './ledger-identity.ts'
import type { ReportTrouble } from './report-trouble.ts'
import { openState, type OpenedState, type StatePlace } from './open-state.ts'
import { otherSharedKeys } from './shared-keys.ts'
import { openStateKeys, trustPathOf, type StateKeys } from './state-keys.ts'
import { describeOpened } from './storage/describe-storage.ts'
import { nextOfDiskFault } from './storage/under-lock.ts'

export interface OpenedNode
  extends IdentityNode, DerivedSecrets, Pick<OpenedState, 'db' | 'postgres'>, AsyncDisposable {
  readonly keyFor: (purpose: string) => Uint8Array
  readonly stateFolder: string
  readonly bundleKeys: BundleKeys
  readonly workloadKey: KeyObject
  readonly report: ReportTrouble
  trustText(): Promise<string>
  describeStorage(): Promise<StorageReport>
  onEntry(listener: (entry: LedgerEntry) => void): () => void
  /** The queue of jobs, opened at the first call. */
  jobs(): Promise<JobQueue>
  readonly queue: LazyQueue
  readonly positions: ReaderPositions
}

export interface OpenNodeOptions extends StatePlace {
  readonly organization: string
  readonly version: string
  /** Whether this process runs jobs; else it only adds them and looks at them. */
  readonly runsJobs?: boolean | undefined
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
      next: nextOfDiskFault(code),
    })
  }
}

async function openUnderLock(options: OpenNodeOptions, release: () => void): Promise<Result<OpenedNode, Problem>> {
  const { stateFolder, organization, version } = options
  const endpoints = opaEndpoints(options.environment ?? {})
  if (!endpoints.ok) return endpoints
  const keyFolder = await openKeys(options)
  if (!keyFolder.ok) return keyFolder
  const { keys, pseudonymKey, workloadKey } = keyFolder.value
  const steady = steadyClock(options.clock ?? systemClock)
  const identity = ledgerIdentity({ ledger: keys.ledger, pseudonymKey }, organization)
  const state = await openState(options, { ...identity, clock: steady.now })
  if (!state.ok) return state
  const { ledger, store, db, postgres } = state.value
  const listeners = new Set<(entry: LedgerEntry) => void>()
  const tell = (entry: LedgerEntry): void => listeners.forEach((listener) => listener(entry))
  const recorder = await begin(options, state.value, keyFolder.value, { steady, tell })
  if (!recorder.ok) return recorder
  const engine = celEngine()
  const jobs = jobsOf(options, state.value)
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
    recorder: recorder.value,
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
    ...jobs,
    trustText: async () => (await readTextIfPresent(trustPathOf(stateFolder))) ?? '',
    describeStorage: () => describeOpened(stateFolder, organization, state.value),
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      await jobs.queue.close()
      await recorder.value.close()
      await closeState(state.value)
      release()
    },
  })
}

/** Before keys are made: a state that is being restored gets its own. */
async function openKeys(options: OpenNodeOptions): Promise<Result<StateKeys, Problem>> {
  const { stateFolder, databaseUrl, organization, clock = systemClock } = options
  const refusal = await transferRefusal(stateFolder, databaseUrl !== undefined)
  return refusal === undefined ? openStateKeys(stateFolder, organization, clock()) : fail(refusal)
}

/** Keys that are found to be those of the ledger are published, then the records are caught up; else the state is closed. */
async function begin(
  options: OpenNodeOptions,
  state: OpenedState,
  keys: StateKeys,
  how: Parameters<typeof startRecorder>[2],
): Promise<Result<Recorder, Problem>> {
  let recorder: Result<Recorder, Problem>
  try {
    const refused = await otherSharedKeys(state, options, keys)
    if (refused === undefined) await keys.publish()
    recorder = refused === undefined ? await startRecorder(options, state, how) : fail(refused)
  } catch (error) {
    await closeState(state)
    throw error
  }
  if (!recorder.ok) await closeState(state)
  return recorder
}

/** What was recorded last is over, whatever the machine's clock says. */
async function startRecorder(
  { report }: OpenNodeOptions,
  { ledger, store, turn }: OpenedState,
  { steady, tell }: { readonly steady: SteadyClock; readonly tell: (entry: LedgerEntry) => void },
): Promise<Result<Recorder, Problem>> {
  for await (const { leaf } of ledger.read(Math.max(0, ledger.size - 1), ledger.size)) steady.reached(leaf.at)
  return Recorder.start(ledger, store, {
    onChange: (entry) => {
      steady.reached(entry.leaf.at)
      tell(entry)
    },
    onFailure: (error) => report('an entry of the ledger could not be read into the state', error),
    turn,
  })
}

function jobsOf(
  { organization, report, runsJobs = false }: OpenNodeOptions,
  { db, postgres }: OpenedState,
): Pick<OpenedNode, 'queue' | 'jobs' | 'positions'> {
  const queue = lazyQueue({ organization, db, postgres, report }, { isWorker: runsJobs })
  return { queue, jobs: () => queue.open(), positions: sqlReaderPositions(db, organization) }
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
