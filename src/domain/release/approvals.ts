import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'

export interface Approval {
  readonly id: string
  readonly system: string
  readonly releaseDigest: Digest
  readonly environment: string
  readonly principal: string
  readonly role: string
  readonly decision: 'approve' | 'reject'
  readonly comment: string
  readonly at: EpochMs
}

/** People needed outside environment `local`: how many, of how many different roles. */
export const APPROVALS_NEEDED: Readonly<Record<Tier, number>> = { T1: 2, T2: 1, T3: 0 }

export const APPROVER_ROLES = ['product', 'security', 'policy', 'approver', 'privacy', 'legal'] as const

export interface ApprovalState {
  readonly needed: number
  readonly given: readonly Approval[]
  readonly isRejected: boolean
  readonly isComplete: boolean
}

/** The author never approves; two people count as two only in two roles; a rejection stands until the release changes. */
export function approvalState(
  tier: Tier,
  environment: string,
  approvals: readonly Approval[],
  author: string,
): ApprovalState {
  const needed = environment === 'local' ? 0 : APPROVALS_NEEDED[tier]
  const own = approvals.filter(
    (approval) =>
      approval.environment === environment &&
      approval.principal !== author &&
      APPROVER_ROLES.some((role) => role === approval.role),
  )
  const isRejected = own.some(({ decision }) => decision === 'reject')
  const given = own.filter(({ decision }) => decision === 'approve')
  return { needed, given, isRejected, isComplete: !isRejected && distinctPairs(given) >= needed }
}

/** Size of the largest set of approvals with distinct people and distinct roles; two is all that is ever needed. */
function distinctPairs(approvals: readonly Approval[]): number {
  if (approvals.length === 0) return 0
  const hasTwo = approvals.some((first) =>
    approvals.some((second) => second.principal !== first.principal && second.role !== first.role),
  )
  return hasTwo ? 2 : 1
}
