import { digestOfJson, type Digest } from '../../base/digest.ts'
import type { Json } from '../../base/json.ts'
import { rightOf, type DecisionRights } from '../../domain/approval/decision-rights.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { PendingDecision } from '../../domain/release/decide-release.ts'
import { isApprovedSubject } from '../governance/approval-cases.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { StoredVerdict } from './stored-verdict.ts'

type PackIdentity = StoredVerdict['packs'][number]

export function packIdentities(packs: readonly PackIdentity[]): readonly PackIdentity[] {
  return packs.map(({ id, version, digest }) => ({ id, version, digest }))
}

/** What a verdict says that it was decided by. */
export function policySetDigest(node: Pick<OwnerNode, 'sha256'>, packs: readonly PackIdentity[]): Digest {
  return digestOfJson(node.sha256, packIdentities(packs) as unknown as Json)
}

/**
 * Rules or limits that differ from those of the last release to this environment are a change of thresholds: people
 * decide on it by the organization's rights. The first release there sets them, `local` asks nobody.
 */
export async function pendingPolicyChange(
  node: OwnerNode,
  {
    system,
    environment,
    tier,
    policies,
    rights,
  }: {
    readonly system: string
    readonly environment: string
    readonly tier: Tier
    readonly policies: Digest
    readonly rights: DecisionRights
  },
): Promise<readonly PendingDecision[]> {
  if (environment === 'local' || rightOf(rights, 'threshold-change', tier).people === 0) return []
  const [last] = await node.store.list('verdicts', { system, topic: environment, status: 'released', limit: 1 })
  const before = last?.document as unknown as StoredVerdict | undefined
  if (before === undefined || policySetDigest(node, before.packs) === policies) return []
  const question = { decision: 'threshold-change', subject: policies } as const
  return (await isApprovedSubject(node, { system, ...question })) ? [] : [question]
}
