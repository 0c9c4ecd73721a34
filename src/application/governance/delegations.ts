import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Decision, DecidingRole } from '../../domain/approval/decision-rights.ts'
import {
  DELEGATION_DAYS_MAX,
  mayDelegate,
  type Delegation,
  type DelegationFailure,
} from '../../domain/approval/delegation.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { personOf } from './rights.ts'

export interface DelegationInput {
  readonly to: string
  readonly role: DecidingRole
  readonly decisions: readonly Decision[]
  readonly reason: string
  readonly expiresAt: EpochMs
}

const MESSAGES: Readonly<Record<DelegationFailure, { readonly message: string; readonly next: string }>> = {
  'delegation/self': { message: 'a role is not lent to oneself', next: 'name somebody else' },
  'delegation/too-long': {
    message: `a role is lent until an instant in the future, ${DELEGATION_DAYS_MAX} days away at most`,
    next: 'choose an earlier end',
  },
  'delegation/role': {
    message: 'only a role that one holds oneself can be lent; a lent one cannot be lent on',
    next: 'ask somebody who holds it',
  },
  'delegation/decisions': { message: 'it names nothing that may be decided', next: 'name at least one decision' },
}

/** Lends one of the caller's own roles to somebody for a bounded time. */
export async function delegateRole(
  node: OwnerNode,
  principal: Principal,
  input: DelegationInput,
): Promise<Result<Delegation, Problem>> {
  const delegation: Delegation = {
    id: node.newId(),
    from: personOf(principal),
    ...input,
    givenAt: node.clock(),
    revokedAt: null,
  }
  const refused = mayDelegate(delegation, principal.roles)
  if (refused !== undefined) return fail({ code: refused, ...MESSAGES[refused] })
  return stored(node, principal, 'delegation.given', delegation)
}

/** Ends a delegation before its time: who lent it, or an administrator. Words that it allowed stay. */
export async function revokeDelegation(
  node: OwnerNode,
  principal: Principal,
  id: string,
): Promise<Result<Delegation, Problem>> {
  return node.recorder.exclusive(async () => {
    const delegation = (await node.store.get('delegations', id))?.document as unknown as Delegation | undefined
    if (delegation === undefined || delegation.revokedAt !== null)
      return fail({
        code: 'delegation/unknown',
        message: `no open delegation \`${id}\` is known`,
        next: 'see `gatehouse delegation list`',
      })
    if (!isSamePerson(delegation.from, personOf(principal)) && !principal.roles.includes('admin'))
      return fail({
        code: 'delegation/foreign',
        message: `\`${id}\` was lent by \`${delegation.from}\``,
        next: 'ask them, or an administrator',
      })
    return stored(node, principal, 'delegation.revoked', { ...delegation, revokedAt: node.clock() })
  })
}

async function stored(
  node: OwnerNode,
  principal: Principal,
  type: string,
  delegation: Delegation,
): Promise<Result<Delegation, Problem>> {
  const entry = await node.recorder.record(type, principal.name, null, {
    head: {
      id: delegation.id,
      system: '',
      status: delegation.revokedAt === null ? 'open' : 'revoked',
      topic: delegation.role,
    },
    record: delegation,
  })
  return entry.ok ? ok(delegation) : entry
}
