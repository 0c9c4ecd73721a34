import { bytesOfBase64 } from '../../base/bytes.ts'
import { HOUR_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'
import { recordsPage, type PageRequest } from '../state/records-page.ts'

const KEYS_PER_SYSTEM_MAX = 10

/** A public key with which an application of one system signs `Gatehouse-Subject`. */
export interface WorkloadKey {
  readonly id: string
  readonly system: string
  readonly name: string
  /** Ed25519, 32 raw bytes, base64. */
  readonly publicKey: string
  readonly addedBy: string
  readonly addedAt: EpochMs
  /** Null: until it is revoked or replaced. */
  readonly validUntil: EpochMs | null
}

export async function addWorkloadKey(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly system: string
    readonly name: string
    readonly publicKey: string
    /** Every older key of the system ends after these hours; absent: they stay. */
    readonly overlapHours?: number | undefined
  },
): Promise<Result<WorkloadKey, Problem>> {
  if (bytesOfBase64(input.publicKey)?.length !== 32)
    return fail({
      code: 'workload-key/not-ed25519',
      message: 'the key is not 32 bytes of an Ed25519 public key in base64',
      next: 'gatehouse workload-keys add --file KEY.pem',
    })
  return node.recorder.exclusive(async () => {
    const now = node.clock()
    const inForce = (await keysOf(node, input.system)).filter((key) => isInForce(key, now))
    if (inForce.some(({ publicKey }) => publicKey === input.publicKey))
      return fail({ code: 'workload-key/known', message: 'the system has this key already' })
    if (inForce.length >= KEYS_PER_SYSTEM_MAX)
      return fail({
        code: 'workload-key/too-many',
        message: `the system has ${KEYS_PER_SYSTEM_MAX} keys`,
        next: 'revoke one first',
      })
    const key: WorkloadKey = {
      id: node.newId(),
      system: input.system,
      name: input.name,
      publicKey: input.publicKey,
      addedBy: principal.name,
      addedAt: now,
      validUntil: null,
    }
    const added = await save(node, principal, 'workload-key.added', key)
    if (!added.ok) return added
    // The new key is there before an old one is given an end: a failure in between stops no application.
    if (input.overlapHours !== undefined)
      for (const older of inForce) {
        const end = epochMs(now + input.overlapHours * HOUR_MS)
        if (older.validUntil !== null && older.validUntil <= end) continue
        const changed = await save(node, principal, 'workload-key.changed', { ...older, validUntil: end })
        if (!changed.ok) return changed
      }
    return ok(key)
  })
}

export async function revokeWorkloadKey(
  node: OwnerNode,
  principal: Principal,
  id: string,
): Promise<Result<WorkloadKey, Problem>> {
  return node.recorder.exclusive(async () => {
    const key = (await node.store.get('workload_keys', id))?.document as unknown as WorkloadKey | undefined
    const now = node.clock()
    if (key === undefined || !isInForce(key, now))
      return fail({
        code: 'workload-key/unknown',
        message: `no workload key \`${id}\` is in force`,
        next: 'gatehouse workload-keys list',
      })
    const revoked = { ...key, validUntil: now }
    const saved = await save(node, principal, 'workload-key.changed', revoked)
    return saved.ok ? ok(revoked) : saved
  })
}

export async function listWorkloadKeys(
  node: OwnerNode,
  system: string,
  page: PageRequest,
): Promise<{
  readonly items: readonly (WorkloadKey & { readonly isInForce: boolean })[]
  readonly nextCursor: string | null
}> {
  const now = node.clock()
  const { records, nextCursor } = await recordsPage(node.store, 'workload_keys', { system }, page)
  return {
    items: records.map(keyOf).map((key) => ({ ...key, isInForce: isInForce(key, now) })),
    nextCursor,
  }
}

/**
 * Keys that may sign subjects for a system. The installation's own key counts only for a system that never had another:
 * registering one is the step out of the embedded mode, and revoking it must not bring the old one back.
 */
export async function workloadKeysFor(
  node: Pick<OwnerNode, 'store' | 'clock'>,
  system: string,
  embedded: readonly string[],
): Promise<readonly string[]> {
  const keys = await keysOf(node, system)
  if (keys.length === 0) return embedded
  const now = node.clock()
  return keys.filter((key) => isInForce(key, now)).map(({ publicKey }) => publicKey)
}

async function keysOf(node: Pick<OwnerNode, 'store'>, system: string): Promise<readonly WorkloadKey[]> {
  const records = await listAll(node.store, 'workload_keys', { system })
  return records.map(keyOf)
}

function keyOf({ document }: StateRecord): WorkloadKey {
  const { ledgerIndex: _, ...key } = document as unknown as WorkloadKey & { ledgerIndex?: number }
  return key
}

function isInForce({ validUntil }: WorkloadKey, now: EpochMs): boolean {
  return validUntil === null || validUntil > now
}

function save(
  node: OwnerNode,
  principal: Principal,
  type: 'workload-key.added' | 'workload-key.changed',
  { ...key }: WorkloadKey,
): Promise<Result<unknown, Problem>> {
  return node.recorder.record(type, principal.name, null, {
    head: { id: key.id, system: key.system, status: key.validUntil === null ? 'active' : 'ending', topic: key.name },
    record: key,
  })
}
