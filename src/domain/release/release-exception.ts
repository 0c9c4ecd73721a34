import type { Digest } from '../../base/digest.ts'
import { DAY_MS, type EpochMs } from '../../base/instant.ts'
import type { ApprovalWord } from '../approval/approval-case.ts'
import type { Tier } from '../manifest/manifest.ts'

/** Longest a waiver may stay open. */
export const EXCEPTION_DAYS_MAX = 90
/** A request that nobody has decided by then is void. */
export const REQUEST_DAYS_MAX = 30
/** How long before its end, or after, a waiver may be renewed. */
export const RENEWAL_DAYS_BEFORE = 30
export const RENEWAL_DAYS_AFTER = 14
/** Renewals in a row, by tier: what stays is no exception any more. */
export const RENEWALS_MAX: Readonly<Record<Tier, number>> = { T1: 1, T2: 2, T3: 3 }

export const EXCEPTION_STATUSES = ['requested', 'in-review', 'approved', 'denied', 'withdrawn', 'revoked'] as const
export type ExceptionStatus = (typeof EXCEPTION_STATUSES)[number]
export const EXCEPTION_EVENTS = ['step', 'last-step', 'deny', 'withdraw', 'revoke'] as const
export type ExceptionEvent = (typeof EXCEPTION_EVENTS)[number]

/**
 * Every status and event: what comes next, or null where the event is refused. A step is a word or an acceptance of
 * the risk; the last step is the one after which nothing is missing. Lapsing is no event: time does it.
 */
export const EXCEPTION_TRANSITIONS: Readonly<
  Record<ExceptionStatus, Readonly<Record<ExceptionEvent, ExceptionStatus | null>>>
> = {
  requested: { step: 'in-review', 'last-step': 'approved', deny: 'denied', withdraw: 'withdrawn', revoke: null },
  'in-review': { step: 'in-review', 'last-step': 'approved', deny: 'denied', withdraw: 'withdrawn', revoke: null },
  approved: { step: null, 'last-step': null, deny: null, withdraw: null, revoke: 'revoked' },
  denied: { step: null, 'last-step': null, deny: null, withdraw: null, revoke: null },
  withdrawn: { step: null, 'last-step': null, deny: null, withdraw: null, revoke: null },
  revoked: { step: null, 'last-step': null, deny: null, withdraw: null, revoke: null },
}

/** An executable, expiring waiver of one rule for one release. */
export interface ReleaseException {
  readonly id: string
  readonly system: string
  readonly ruleId: string
  readonly tier: Tier
  /** Scope: this release and no other. */
  readonly releaseDigest: Digest
  readonly reason: string
  /** Who carries the risk; where the tier asks, they have to say so themselves. */
  readonly riskAcceptedBy: string
  readonly riskAcceptance: { readonly principal: string; readonly role: string; readonly at: EpochMs } | null
  /** A rule that must hold while the waiver is open; only T3 may do without. */
  readonly compensatingRule: string | null
  /** Who sees to it that the waiver ends. */
  readonly owner: string
  readonly requestedBy: string
  readonly requestedAt: EpochMs
  /** Exclusive: the waiver is void from this instant on. */
  readonly expiresAt: EpochMs
  readonly status: ExceptionStatus
  readonly words: readonly ApprovalWord[]
  readonly decidedBy: string | null
  readonly decidedAt: EpochMs | null
  /** The waiver that it goes on from, and how many came before. */
  readonly renewalOf: string | null
  readonly renewals: number
  /** Taken back or ended before its time. */
  readonly ended?: { readonly by: string; readonly at: EpochMs; readonly reason: string } | undefined
}

export type ExceptionState =
  | Exclude<ExceptionStatus, 'approved'>
  | 'active'
  | 'lapsed-undecided'
  | 'lapsed-expired'
  | 'lapsed-scope'
  | 'lapsed-compensation'

/** What the waiver is worth now: it lapses by itself. */
export function exceptionState(
  exception: ReleaseException,
  context: { readonly releaseDigest: Digest; readonly now: EpochMs; readonly isCompensated: boolean },
): ExceptionState {
  if (exception.status !== 'approved')
    return isUndecided(exception, context.now) ? 'lapsed-undecided' : exception.status
  if (context.now >= exception.expiresAt) return 'lapsed-expired'
  if (exception.releaseDigest !== context.releaseDigest) return 'lapsed-scope'
  return context.isCompensated ? 'active' : 'lapsed-compensation'
}

/** A request is void once nobody has decided on it for a month, or once its own end has come. */
export function isUndecided({ status, requestedAt, expiresAt }: ReleaseException, now: EpochMs): boolean {
  const isOpen = status === 'requested' || status === 'in-review'
  return isOpen && (now >= expiresAt || now - requestedAt >= REQUEST_DAYS_MAX * DAY_MS)
}

/** Does what has to hold meanwhile hold? */
export function isCompensated(
  { compensatingRule, tier }: Pick<ReleaseException, 'compensatingRule' | 'tier'>,
  holds: (rule: string) => boolean,
): boolean {
  return compensatingRule === null ? tier === 'T3' : holds(compensatingRule)
}

export type RenewalFailure =
  | 'exception/not-renewable'
  | 'exception/renewed-too-early'
  | 'exception/renewed-too-late'
  | 'exception/renewed-too-often'

/** May this waiver be asked for again? */
export function mayRenew(exception: ReleaseException, now: EpochMs): RenewalFailure | undefined {
  if (exception.status !== 'approved') return 'exception/not-renewable'
  if (exception.expiresAt - now > RENEWAL_DAYS_BEFORE * DAY_MS) return 'exception/renewed-too-early'
  if (now - exception.expiresAt > RENEWAL_DAYS_AFTER * DAY_MS) return 'exception/renewed-too-late'
  return exception.renewals >= RENEWALS_MAX[exception.tier] ? 'exception/renewed-too-often' : undefined
}
