import { parseDigest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import type { Approval } from '../../domain/release/approvals.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { currentRights, speakerIn, tierOfRelease } from './rights.ts'

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
  const { environments = {} } = (release.document['manifest'] ?? {}) as { readonly environments?: object }
  if (!Object.hasOwn(environments, input.environment))
    return fail({
      code: 'approval/unknown-environment',
      message: `environment \`${input.environment}\` is not declared by this release`,
      next: `use one of: ${Object.keys(environments).join(', ')}`,
    })
  const right = rightOf(await currentRights(node), 'release', tierOfRelease(release.document))
  const speaker = await speakerIn(node, principal, { role: input.role, decision: 'release' })
  const author = String(release.document['author'])
  if (speaker !== undefined && [speaker.principal, speaker.onBehalfOf ?? ''].some((who) => isSamePerson(who, author)))
    return fail({
      code: 'approval/author',
      message: 'the author does not approve their own release, nor does anybody on their behalf',
      next: 'ask somebody else',
    })
  if (speaker === undefined || !right.roles.some((role) => role === input.role))
    return fail({
      code: 'approval/role',
      message: `\`${principal.name}\` cannot approve as \`${input.role}\``,
      next:
        right.roles.length === 0
          ? 'a release of this tier needs nobody’s approval'
          : `approve as one of: ${right.roles.join(', ')}`,
    })
  const { environment, decision, comment, system } = input
  const approval: Approval = {
    id: node.newId(),
    system,
    releaseDigest,
    environment,
    decision,
    comment,
    ...speaker,
    at: node.clock(),
  }
  const entry = await node.recorder.record('approval.given', principal.name, releaseDigest, {
    head: { id: approval.id, system, status: decision, topic: environment },
    record: approval,
  })
  return entry.ok ? ok(approval) : entry
}
