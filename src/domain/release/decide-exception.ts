import type { EpochMs } from '../../base/instant.ts'
import { agreement, type ApprovalWord } from '../approval/approval-case.ts'
import type { DecisionRight } from '../approval/decision-rights.ts'
import { isSamePerson } from '../approval/person.ts'
import { EXCEPTION_TRANSITIONS, isUndecided, type ExceptionEvent, type ReleaseException } from './release-exception.ts'

/** The two rights that a waiver of this tier needs, and who may not use them. */
export interface ExceptionRights {
  readonly exception: DecisionRight
  readonly riskAcceptance: DecisionRight
  /** Author of the release. */
  readonly author: string | undefined
}

export type ExceptionDecisionFailure =
  | 'exception/not-open'
  | 'exception/undecided'
  | 'exception/own-request'
  | 'exception/author'
  | 'exception/role'
  | 'exception/not-the-acceptor'

/** May this person say this about the waiver? Nobody decides on their own request or on their own release. */
export function wordOnExceptionFailure(
  exception: ReleaseException,
  word: ApprovalWord,
  { exception: right, author }: ExceptionRights,
): ExceptionDecisionFailure | undefined {
  if (EXCEPTION_TRANSITIONS[exception.status].step === null) return 'exception/not-open'
  if (isUndecided(exception, word.at)) return 'exception/undecided'
  const people = [
    word.principal,
    ...(word.onBehalfOf === undefined || word.onBehalfOf === null ? [] : [word.onBehalfOf]),
  ]
  if (people.some((person) => isSamePerson(person, exception.requestedBy))) return 'exception/own-request'
  if (author !== undefined && people.some((person) => isSamePerson(person, author))) return 'exception/author'
  return right.roles.some((role) => role === word.role) ? undefined : 'exception/role'
}

/** The waiver after a word that `wordOnExceptionFailure` let through. */
export function withWordOnException(
  before: ReleaseException,
  word: ApprovalWord,
  rights: ExceptionRights,
): ReleaseException {
  const spoken = { ...before, words: [...before.words, word] }
  if (word.decision === 'reject') return moved(spoken, 'deny', word.principal, word.at)
  return moved(spoken, isComplete(spoken, rights) ? 'last-step' : 'step', word.principal, word.at)
}

/** May this person accept the risk? Only who the request names, in a role that may, and not for their own request. */
export function riskAcceptanceFailure(
  exception: ReleaseException,
  acceptance: { readonly principal: string; readonly role: string; readonly at: EpochMs },
  { riskAcceptance: right, author }: ExceptionRights,
): ExceptionDecisionFailure | undefined {
  if (EXCEPTION_TRANSITIONS[exception.status].step === null) return 'exception/not-open'
  if (isUndecided(exception, acceptance.at)) return 'exception/undecided'
  if (!isSamePerson(acceptance.principal, exception.riskAcceptedBy)) return 'exception/not-the-acceptor'
  if (isSamePerson(acceptance.principal, exception.requestedBy)) return 'exception/own-request'
  if (author !== undefined && isSamePerson(acceptance.principal, author)) return 'exception/author'
  return right.roles.some((role) => role === acceptance.role) ? undefined : 'exception/role'
}

export function withRiskAccepted(
  before: ReleaseException,
  acceptance: { readonly principal: string; readonly role: string; readonly at: EpochMs },
  rights: ExceptionRights,
): ReleaseException {
  const accepted = { ...before, riskAcceptance: acceptance }
  return moved(accepted, isComplete(accepted, rights) ? 'last-step' : 'step', acceptance.principal, acceptance.at)
}

/** What is still missing, in the reader's words; nothing: the waiver holds. */
export function missingFor(exception: ReleaseException, rights: ExceptionRights): readonly string[] {
  const agreed = agreement(exception.words, rights.exception)
  const people = Math.max(1, rights.exception.people)
  const missing: string[] = []
  if (agreed < people)
    missing.push(
      `${people - agreed} more of: ${rights.exception.roles.join(', ')}${rights.exception.distinctRoles ? ' (each in another role)' : ''}`,
    )
  if (rights.riskAcceptance.people > 0 && exception.riskAcceptance === null)
    missing.push(`\`${exception.riskAcceptedBy}\` accepting the risk as ${rights.riskAcceptance.roles.join(' or ')}`)
  return missing
}

function isComplete(exception: ReleaseException, rights: ExceptionRights): boolean {
  return missingFor(exception, rights).length === 0
}

function moved(exception: ReleaseException, event: ExceptionEvent, by: string, at: EpochMs): ReleaseException {
  const status = EXCEPTION_TRANSITIONS[exception.status][event] ?? exception.status
  const isDecided = status === 'approved' || status === 'denied'
  return { ...exception, status, ...(isDecided ? { decidedBy: by, decidedAt: at } : {}) }
}
