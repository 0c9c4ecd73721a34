import type { EpochMs } from '../../base/instant.ts'
import type { DecisionRight } from './decision-rights.ts'
import { personKey } from './person.ts'

export const APPROVAL_STATES = ['open', 'partial', 'approved', 'rejected', 'withdrawn', 'expired'] as const
export type ApprovalCaseState = (typeof APPROVAL_STATES)[number]

/** What can happen to a case. `agree` has two names: whether it was enough is for the words to say. */
export const APPROVAL_EVENTS = ['agree', 'agree-last', 'reject', 'withdraw', 'expire'] as const
export type ApprovalEvent = (typeof APPROVAL_EVENTS)[number]

/**
 * Every state and event: what comes next, or null where the event is refused. A rejection ends an approved case too;
 * nothing brings an ended case back: it is asked for anew.
 */
export const APPROVAL_TRANSITIONS: Readonly<
  Record<ApprovalCaseState, Readonly<Record<ApprovalEvent, ApprovalCaseState | null>>>
> = {
  open: { agree: 'partial', 'agree-last': 'approved', reject: 'rejected', withdraw: 'withdrawn', expire: 'expired' },
  partial: { agree: 'partial', 'agree-last': 'approved', reject: 'rejected', withdraw: 'withdrawn', expire: 'expired' },
  approved: {
    agree: 'approved',
    'agree-last': 'approved',
    reject: 'rejected',
    withdraw: 'withdrawn',
    expire: 'expired',
  },
  rejected: { agree: null, 'agree-last': null, reject: 'rejected', withdraw: null, expire: null },
  withdrawn: { agree: null, 'agree-last': null, reject: null, withdraw: null, expire: null },
  expired: { agree: null, 'agree-last': null, reject: null, withdraw: null, expire: null },
}

/** One person's word. */
export interface ApprovalWord {
  readonly principal: string
  readonly role: string
  /** Whose role it is, where it was lent. */
  readonly onBehalfOf?: string | null | undefined
  readonly decision: 'approve' | 'reject'
  readonly comment: string
  readonly at: EpochMs
}

export interface ApprovalCase {
  readonly state: ApprovalCaseState
  readonly words: readonly ApprovalWord[]
}

export const OPEN_CASE: ApprovalCase = { state: 'open', words: [] }

export type WordFailure = 'approval/closed' | 'approval/involved' | 'approval/role'

/** Rules on one word: people who are involved (author, requester) neither agree nor reject; the role must be one that decides. */
export function wordFailure(
  { state }: ApprovalCase,
  word: ApprovalWord,
  { right, involved }: { readonly right: DecisionRight; readonly involved: readonly string[] },
): WordFailure | undefined {
  const event = word.decision === 'approve' ? 'agree' : 'reject'
  if (APPROVAL_TRANSITIONS[state][event] === null) return 'approval/closed'
  const keys = new Set(involved.map(personKey))
  if (peopleOf(word).some((key) => keys.has(key))) return 'approval/involved'
  return right.roles.some((role) => role === word.role) ? undefined : 'approval/role'
}

/** The case with one more word that `wordFailure` let through. */
export function withWord(before: ApprovalCase, word: ApprovalWord, right: DecisionRight): ApprovalCase {
  const words = [...before.words, word]
  const event: ApprovalEvent =
    word.decision === 'reject' ? 'reject' : agreement(words, right) >= right.people ? 'agree-last' : 'agree'
  return { state: APPROVAL_TRANSITIONS[before.state][event] ?? before.state, words }
}

/**
 * How many people have agreed, as the right counts them: the largest set of agreeing words with no person in two of
 * them (a delegate and the lender are both spent by one word) and, where the right asks, no role in two of them.
 */
export function agreement(words: readonly ApprovalWord[], right: DecisionRight): number {
  const agreeing = words.filter(
    ({ decision, role }) => decision === 'approve' && right.roles.some((deciding) => deciding === role),
  )
  return largest(distinctWords(agreeing), right, new Set())
}

/** Words that differ in people or role; a person who says the same twice has said it once. */
function distinctWords(words: readonly ApprovalWord[]): readonly ApprovalWord[] {
  return [...new Map(words.map((word) => [`${peopleOf(word).join('\n')}\n\n${word.role}`, word])).values()].slice(
    0,
    WORDS_COUNTED_MAX,
  )
}

/** Bounds the search below; far more than anybody who has to agree. */
const WORDS_COUNTED_MAX = 12

function largest(words: readonly ApprovalWord[], right: DecisionRight, spent: ReadonlySet<string>): number {
  const [first, ...rest] = words
  if (first === undefined) return 0
  const without = largest(rest, right, spent)
  // A NUL before the role: nobody is called like one.
  const uses = [...peopleOf(first), ...(right.distinctRoles ? [`\u0000role ${first.role}`] : [])]
  if (uses.some((use) => spent.has(use))) return without
  return Math.max(without, 1 + largest(rest, right, new Set([...spent, ...uses])))
}

function peopleOf({ principal, onBehalfOf }: ApprovalWord): readonly string[] {
  const people = [principal, ...(onBehalfOf === null || onBehalfOf === undefined ? [] : [onBehalfOf])]
  return people.map(personKey)
}
