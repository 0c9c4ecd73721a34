import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { ApprovalWord } from '../../domain/approval/approval-case.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import {
  missingFor,
  riskAcceptanceFailure,
  withRiskAccepted,
  withWordOnException,
  wordOnExceptionFailure,
  type ExceptionDecisionFailure,
  type ExceptionRights,
} from '../../domain/release/decide-exception.ts'
import {
  EXCEPTION_TRANSITIONS,
  REQUEST_DAYS_MAX,
  type ReleaseException,
} from '../../domain/release/release-exception.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { findException, storeException } from './exceptions.ts'
import { currentRights, personOf, speakerIn } from './rights.ts'

const MESSAGES: Readonly<Record<ExceptionDecisionFailure, string>> = {
  'exception/not-open': 'it has already been decided',
  'exception/undecided': `nobody decided on it within ${REQUEST_DAYS_MAX} days or before its own end: ask anew`,
  'exception/own-request': 'nobody decides on their own request, nor does anybody on their behalf',
  'exception/author': 'the author of the release does not decide on its waivers',
  'exception/role': 'this role does not decide on waivers of this tier',
  'exception/not-the-acceptor': 'only the person whom the request names accepts the risk',
}

/** A waiver as its readers see it: with what is still missing. */
export type ReviewedException = ReleaseException & { readonly missing: readonly string[] }

export interface ExceptionWord {
  readonly id: string
  readonly decision: 'approve' | 'deny'
  /** Role to speak in; when it is left out, the first that may decide of the caller's own, then of those lent to them. */
  readonly role?: string | undefined
  readonly comment?: string | undefined
}

/** One person's word on a waiver. It is approved once everybody whom the decision rights ask for has agreed. */
export async function decideException(
  node: OwnerNode,
  principal: Principal,
  input: ExceptionWord,
): Promise<Result<ReviewedException, Problem>> {
  // Looks at the waiver and writes by what it saw: two words at once must not overwrite each other.
  return node.recorder.exclusive(async () => {
    const found = await findException(node, input.id)
    if (!found.ok) return found
    const rights = await rightsOn(node, found.value)
    const role = input.role ?? (await ownOrLentRole(node, principal, rights.exception.roles))
    const speaker = await speakerIn(node, principal, { role, decision: 'exception' })
    const word: ApprovalWord = {
      ...(speaker ?? { principal: personOf(principal), role: 'none', onBehalfOf: null }),
      decision: input.decision === 'approve' ? 'approve' : 'reject',
      comment: input.comment ?? '',
      at: node.clock(),
    }
    const refused = wordOnExceptionFailure(found.value, word, rights)
    if (refused !== undefined) return refusal(input.id, refused, rights.exception)
    return reviewed(node, principal, withWordOnException(found.value, word, rights), rights)
  })
}

/** The person whom the request names says that they carry the risk. */
export async function acceptExceptionRisk(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly role?: string | undefined },
): Promise<Result<ReviewedException, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await findException(node, input.id)
    if (!found.ok) return found
    const rights = await rightsOn(node, found.value)
    const role = input.role ?? roleToSpeakIn(principal, rights.riskAcceptance.roles)
    // A risk is carried by the one who says so: it is not accepted on somebody's behalf.
    const isOwnRole = principal.roles.includes(role) || principal.roles.includes('admin')
    const acceptance = { principal: personOf(principal), role: isOwnRole ? role : 'none', at: node.clock() }
    const refused = riskAcceptanceFailure(found.value, acceptance, rights)
    if (refused !== undefined) return refusal(input.id, refused, rights.riskAcceptance)
    return reviewed(node, principal, withRiskAccepted(found.value, acceptance, rights), rights)
  })
}

/** Takes a request back (who asked) or ends a waiver before its time (its owner, who asked, or who may decide on it). */
export async function endException(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly reason: string },
): Promise<Result<ReviewedException, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await findException(node, input.id)
    if (!found.ok) return found
    const exception = found.value
    const rights = await rightsOn(node, exception)
    const person = personOf(principal)
    const isOwn = isSamePerson(person, exception.requestedBy) || isSamePerson(person, exception.owner)
    const mayDecide = principal.roles.some(
      (role) => role === 'admin' || rights.exception.roles.some((own) => own === role),
    )
    const isOpen = EXCEPTION_TRANSITIONS[exception.status].withdraw !== null
    if (!(isOwn || (!isOpen && mayDecide)))
      return fail({
        code: 'exception/foreign',
        message: `\`${input.id}\` is not \`${person}\`’s to end`,
        next: `ask \`${exception.requestedBy}\` or \`${exception.owner}\``,
      })
    const status = EXCEPTION_TRANSITIONS[exception.status][isOpen ? 'withdraw' : 'revoke']
    if (status === null) return refusal(input.id, 'exception/not-open', rights.exception)
    const ended = { ...exception, status, ended: { by: person, at: node.clock(), reason: input.reason } }
    return reviewed(node, principal, ended, rights)
  })
}

async function rightsOn(node: OwnerNode, { tier, releaseDigest }: ReleaseException): Promise<ExceptionRights> {
  const rights = await currentRights(node)
  const author = (await node.store.get('releases', releaseDigest))?.document['author']
  return {
    exception: rightOf(rights, 'exception', tier),
    riskAcceptance: rightOf(rights, 'risk-acceptance', tier),
    author: typeof author === 'string' ? author : undefined,
  }
}

/** The first deciding role that they hold, else the first that somebody lent them. */
async function ownOrLentRole(node: OwnerNode, principal: Principal, roles: readonly string[]): Promise<string> {
  const own = roles.find((role) => principal.roles.includes(role))
  if (own !== undefined) return own
  for (const role of roles)
    if ((await speakerIn(node, principal, { role, decision: 'exception' })) !== undefined) return role
  return 'none'
}

function roleToSpeakIn(principal: Principal, roles: readonly string[]): string {
  return roles.find((role) => principal.roles.includes(role)) ?? roles[0] ?? 'none'
}

function refusal(
  id: string,
  code: ExceptionDecisionFailure,
  { roles }: { readonly roles: readonly string[] },
): Result<never, Problem> {
  return fail({ code, message: `\`${id}\`: ${MESSAGES[code]}`, next: `ask one of: ${roles.join(', ')}` })
}

async function reviewed(
  node: OwnerNode,
  principal: Principal,
  exception: ReleaseException,
  rights: ExceptionRights,
): Promise<Result<ReviewedException, Problem>> {
  const stored = await storeException(node, principal, 'exception.decided', exception)
  const isOpen = EXCEPTION_TRANSITIONS[exception.status].step !== null
  return stored.ok ? ok({ ...stored.value, missing: isOpen ? missingFor(exception, rights) : [] }) : stored
}
