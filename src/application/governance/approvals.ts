import { parseDigest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { APPROVER_ROLES, type Approval } from '../../domain/release/approvals.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export interface ApprovalInput {
  readonly system: string
  readonly releaseDigest: string
  readonly environment: string
  readonly role: string
  readonly decision: 'approve' | 'reject'
  readonly comment: string
}

/** One person's word on one release for one environment. The author's own word does not count and is refused. */
export async function giveApproval(
  node: OwnerNode,
  principal: Principal,
  input: ApprovalInput,
): Promise<Result<Approval, Problem>> {
  const releaseDigest = parseDigest(input.releaseDigest)
  const release = releaseDigest === undefined ? undefined : await node.store.get('releases', releaseDigest)
  if (releaseDigest === undefined || release === undefined || release.system !== input.system)
    return fail({
      code: 'approval/unknown-release',
      message: `no release \`${input.releaseDigest}\` of \`${input.system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  if (release.document['author'] === principal.name)
    return fail({
      code: 'approval/author',
      message: 'the author does not approve their own release',
      next: 'ask somebody else',
    })
  if (
    !APPROVER_ROLES.some((role) => role === input.role) ||
    !(principal.roles.includes(input.role) || principal.roles.includes('admin'))
  )
    return fail({
      code: 'approval/role',
      message: `\`${principal.name}\` cannot approve as \`${input.role}\``,
      next: `approve as one of: ${APPROVER_ROLES.join(', ')}`,
    })
  const approval: Approval = { id: node.newId(), ...input, releaseDigest, principal: principal.name, at: node.clock() }
  const entry = await node.recorder.record('approval.given', principal.name, releaseDigest, {
    head: { id: approval.id, system: input.system, status: input.decision, topic: input.environment },
    record: approval,
  })
  return entry.ok ? ok(approval) : entry
}
