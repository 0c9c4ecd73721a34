import { giveApproval } from '../../../application/governance/approvals.ts'
import {
  acceptExceptionRisk,
  decideException,
  endException,
} from '../../../application/governance/decide-exceptions.ts'
import { renewException, requestException } from '../../../application/governance/exceptions.ts'
import { epochMs } from '../../../base/instant.ts'
import type { GOVERNANCE_OPERATIONS } from '../../../contract/http/operations/governance.ts'
import type { HandlersOf } from '../operation-handler.ts'
import { listOf } from '../list-records.ts'

/** Exceptions and approvals. */
export const GOVERNANCE_HANDLERS: HandlersOf<typeof GOVERNANCE_OPERATIONS> = {
  requestException: ({ node }, principal, input) =>
    requestException(node, principal, { ...input, expiresAt: epochMs(input.expiresAt) }),
  renewException: ({ node }, principal, input) =>
    renewException(node, principal, { ...input, expiresAt: epochMs(input.expiresAt) }),
  acceptExceptionRisk: ({ node }, principal, input) => acceptExceptionRisk(node, principal, input),
  endException: ({ node }, principal, input) => endException(node, principal, input),
  decideException: ({ node }, principal, input) => decideException(node, principal, input),
  listExceptions: ({ node }, _, input) => listOf(node, 'exceptions', input),
  giveApproval: ({ node }, principal, input) => giveApproval(node, principal, input),
}
