import { openApprovalCase, speakOnCase, withdrawCase } from '../../../application/governance/approval-cases.ts'
import { delegateRole, revokeDelegation } from '../../../application/governance/delegations.ts'
import { adoptRights, currentRights } from '../../../application/governance/rights.ts'
import { epochMs } from '../../../base/instant.ts'
import { ok } from '../../../base/result.ts'
import type { RIGHTS_OPERATIONS } from '../../../contract/http/operations/rights.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Decision rights, delegations and what else people decide. */
export const RIGHTS_HANDLERS: HandlersOf<typeof RIGHTS_OPERATIONS> = {
  getDecisionRights: async ({ node }) => ok(await currentRights(node)),
  adoptDecisionRights: ({ node }, principal, input) => adoptRights(node, principal, input),
  delegateRole: ({ node }, principal, input) =>
    delegateRole(node, principal, { ...input, expiresAt: epochMs(input.expiresAt) }),
  revokeDelegation: ({ node }, principal, { id }) => revokeDelegation(node, principal, id),
  listDelegations: ({ node }, _, input) => listOf(node, 'delegations', input),
  openApprovalCase: ({ node }, principal, input) => openApprovalCase(node, principal, input),
  speakOnApprovalCase: ({ node }, principal, input) => speakOnCase(node, principal, input),
  withdrawApprovalCase: ({ node }, principal, { id }) => withdrawCase(node, principal, id),
  listApprovalCases: ({ node }, _, input) => listOf(node, 'approval_cases', input),
}
