import type { Digest } from '../../base/digest.ts'
import { agreement, OPEN_CASE, withWord, wordFailure, type ApprovalWord } from '../approval/approval-case.ts'
import type { DecisionRight } from '../approval/decision-rights.ts'

/** One person's word on one release for one environment. */
export interface Approval extends ApprovalWord {
  readonly id: string
  readonly system: string
  readonly releaseDigest: Digest
  readonly environment: string
}

export interface ApprovalState {
  readonly needed: number
  /** Every word that agrees. Two of one person, or of one role where the right asks for two, do not make two people. */
  readonly given: readonly Approval[]
  /** How many people have agreed, as the right counts them. */
  readonly agreed: number
  readonly isRejected: boolean
  readonly isComplete: boolean
}

/**
 * The words on a release, weighed by the decision right of its tier. The author never counts, by whichever key or
 * delegate; a rejection stands until the release changes.
 */
export function approvalState(
  right: DecisionRight,
  environment: string,
  approvals: readonly Approval[],
  author: string,
): ApprovalState {
  const needed = environment === 'local' ? 0 : right.people
  let approvalCase = OPEN_CASE
  const given: Approval[] = []
  for (const approval of approvals.filter(({ environment: where }) => where === environment)) {
    if (wordFailure(approvalCase, approval, { right, involved: [author] }) !== undefined) continue
    approvalCase = withWord(approvalCase, approval, right)
    if (approval.decision === 'approve') given.push(approval)
  }
  const isRejected = approvalCase.state === 'rejected'
  const agreed = agreement(given, right)
  return { needed, given, agreed, isRejected, isComplete: !isRejected && agreed >= needed }
}
