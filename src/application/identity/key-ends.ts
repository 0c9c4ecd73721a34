import type { EpochMs } from '../../base/instant.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { ApiKey } from './api-keys.ts'
import type { WorkloadKey } from './workload-keys.ts'

/** Whether a key that gateways hold has ended by time, after `from` and not after `to`: no entry tells of it. */
export async function keyEndedBetween(node: Pick<OwnerNode, 'store'>, from: EpochMs, to: EpochMs): Promise<boolean> {
  const isBetween = (end: EpochMs | null): boolean => end !== null && end > from && end <= to
  const apiKeys = await listAll(node.store, 'api_keys', { status: 'active' })
  const workloadKeys = await listAll(node.store, 'workload_keys', { status: 'ending' })
  return (
    apiKeys.some(({ document }) => {
      const key = document as unknown as ApiKey
      return isBetween(key.expiresAt) || key.secrets.some(({ validUntil }) => isBetween(validUntil))
    }) || workloadKeys.some(({ document }) => isBetween((document as unknown as WorkloadKey).validUntil))
  )
}
