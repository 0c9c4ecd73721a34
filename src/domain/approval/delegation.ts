import { DAY_MS, type EpochMs } from '../../base/instant.ts'
import type { Decision, DecidingRole } from './decision-rights.ts'
import { isSamePerson } from './person.ts'

/** Longest that a person may lend a role. */
export const DELEGATION_DAYS_MAX = 30

/** One person's role, lent to another for a bounded time. It cannot be lent on. */
export interface Delegation {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly role: DecidingRole
  readonly decisions: readonly Decision[]
  readonly reason: string
  readonly givenAt: EpochMs
  /** Exclusive. */
  readonly expiresAt: EpochMs
  readonly revokedAt: EpochMs | null
}

export type DelegationFailure = 'delegation/self' | 'delegation/too-long' | 'delegation/role' | 'delegation/decisions'

/** May this be lent? Only a role that the lender holds themselves. */
export function mayDelegate(
  delegation: Pick<Delegation, 'from' | 'to' | 'role' | 'decisions' | 'givenAt' | 'expiresAt'>,
  ownRoles: readonly string[],
): DelegationFailure | undefined {
  if (isSamePerson(delegation.from, delegation.to)) return 'delegation/self'
  const { givenAt, expiresAt } = delegation
  if (expiresAt <= givenAt || expiresAt - givenAt > DELEGATION_DAYS_MAX * DAY_MS) return 'delegation/too-long'
  // A lent role is in no token: whoever holds one by delegation has not got it in `ownRoles`, so it ends here.
  if (!ownRoles.includes(delegation.role) && !ownRoles.includes('admin')) return 'delegation/role'
  return delegation.decisions.length === 0 ? 'delegation/decisions' : undefined
}

/** A delegation that lends this person this role for this decision now. */
export function delegationFor(
  delegations: readonly Delegation[],
  wanted: { readonly person: string; readonly role: string; readonly decision: Decision; readonly now: EpochMs },
): Delegation | undefined {
  return delegations.find(
    ({ to, role, decisions, givenAt, expiresAt, revokedAt }) =>
      isSamePerson(to, wanted.person) &&
      role === wanted.role &&
      decisions.includes(wanted.decision) &&
      revokedAt === null &&
      givenAt <= wanted.now &&
      wanted.now < expiresAt,
  )
}
