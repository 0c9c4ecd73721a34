import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { denyStateOf } from '../../domain/killswitch/deny-record.ts'
import { MCP_DRIFT_CHECK, MODEL_DRIFT_CHECK } from '../../domain/recognition/model-drift.ts'
import { exceptionState, isCompensated, type ReleaseException } from '../../domain/release/release-exception.ts'
import { storedException } from '../governance/exceptions.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { allDenies } from '../respond/kill.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'

/** A switch that was taken back and the word that took it back say nothing together: bundles would only grow by them. */
export async function activeDenies(node: OwnerNode): Promise<readonly JsonObject[]> {
  return [...Map.groupBy(await allDenies(node), ({ system }) => system)].flatMap(([system, own]) => {
    const active = new Set(denyStateOf(system, own).active.map(({ id }) => id))
    return own.filter(({ id }) => active.has(id)).map(({ envelope }) => envelope as unknown as JsonObject)
  })
}

export interface DriftWaivers {
  readonly model: readonly ReleaseException[]
  readonly mcp: readonly ReleaseException[]
}

/** Approved waivers of the checks on who answers and on the pins of MCP servers. */
export async function driftWaivers(node: OwnerNode): Promise<DriftWaivers> {
  const approved = await listAll(node.store, 'exceptions', { status: 'approved' })
  const waivers = approved.map(({ document }) => storedException(document))
  return {
    model: waivers.filter(({ ruleId }) => ruleId === MODEL_DRIFT_CHECK),
    mcp: waivers.filter(({ ruleId }) => ruleId === MCP_DRIFT_CHECK),
  }
}

/** Those that count for a release: of it alone, and only while what compensates for them holds by its newest verdict. */
export function waiversOf(
  { releaseDigest, results }: StoredVerdict,
  waivers: readonly ReleaseException[],
  now: EpochMs,
): readonly JsonObject[] {
  const holds = (rule: string): boolean => results.some(({ id, outcome }) => id === rule && outcome === 'passed')
  return waivers
    .filter(
      (waiver) =>
        exceptionState(waiver, { releaseDigest, now, isCompensated: isCompensated(waiver, holds) }) === 'active',
    )
    .map(({ id, expiresAt }) => ({ exception: id, expiresAt }))
}
