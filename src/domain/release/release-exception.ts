import type { Digest } from '../../base/digest.ts'
import { DAY_MS, type EpochMs } from '../../base/instant.ts'

/** Longest a waiver may stay open. */
export const EXCEPTION_DAYS_MAX = 90

/** An executable, expiring waiver of one rule for one release. */
export interface ReleaseException {
  readonly id: string
  readonly system: string
  readonly ruleId: string
  /** Scope: this release and no other. */
  readonly releaseDigest: Digest
  readonly reason: string
  readonly riskAcceptedBy: string
  /** A rule that must hold while the waiver is open. */
  readonly compensatingRule: string
  readonly requestedBy: string
  readonly requestedAt: EpochMs
  /** Exclusive: the waiver is void from this instant on. */
  readonly expiresAt: EpochMs
  readonly status: 'requested' | 'approved' | 'denied'
  readonly decidedBy: string | null
  readonly decidedAt: EpochMs | null
}

export type ExceptionState =
  | 'requested'
  | 'denied'
  | 'active'
  | 'lapsed-expired'
  | 'lapsed-scope'
  | 'lapsed-compensation'

/** What the waiver is worth now: it lapses by itself. */
export function exceptionState(
  exception: ReleaseException,
  context: { readonly releaseDigest: Digest; readonly now: EpochMs; readonly isCompensated: boolean },
): ExceptionState {
  if (exception.status !== 'approved') return exception.status
  if (context.now >= exception.expiresAt) return 'lapsed-expired'
  if (exception.releaseDigest !== context.releaseDigest) return 'lapsed-scope'
  return context.isCompensated ? 'active' : 'lapsed-compensation'
}

export type ExceptionDecisionFailure =
  | 'exception/not-open'
  | 'exception/own-request'
  | 'exception/author'
  | 'exception/too-long'

/** May this principal decide on the waiver? Nobody decides on their own request or on their own release. */
export function mayDecide(
  exception: ReleaseException,
  principal: string,
  releaseAuthor: string | undefined,
): ExceptionDecisionFailure | undefined {
  if (exception.status !== 'requested') return 'exception/not-open'
  if (principal === exception.requestedBy) return 'exception/own-request'
  if (principal === releaseAuthor) return 'exception/author'
  if (exception.expiresAt - exception.requestedAt > EXCEPTION_DAYS_MAX * DAY_MS) return 'exception/too-long'
  return undefined
}
