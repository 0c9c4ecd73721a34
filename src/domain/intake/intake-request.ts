import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { isSamePerson } from '../approval/person.ts'
import type { Tier } from '../manifest/manifest.ts'
import type { IntakeAnswers, IntakeAssessment } from './assess-intake.ts'

export const INTAKE_STATES = ['in-review', 'changes-asked', 'approved', 'rejected', 'withdrawn'] as const
export type IntakeState = (typeof INTAKE_STATES)[number]
/** `agree` has two names: whether it was the last review is for the reviews to say. */
export const INTAKE_EVENTS = ['agree', 'agree-last', 'ask-changes', 'reject', 'resubmit', 'withdraw'] as const
export type IntakeEvent = (typeof INTAKE_EVENTS)[number]

/** Every state and event: what comes next, or null where the event is refused. Other answers make an approved request open again. */
export const INTAKE_TRANSITIONS: Readonly<Record<IntakeState, Readonly<Record<IntakeEvent, IntakeState | null>>>> = {
  'in-review': {
    agree: 'in-review',
    'agree-last': 'approved',
    'ask-changes': 'changes-asked',
    reject: 'rejected',
    resubmit: 'in-review',
    withdraw: 'withdrawn',
  },
  'changes-asked': {
    agree: null,
    'agree-last': null,
    'ask-changes': 'changes-asked',
    reject: 'rejected',
    resubmit: 'in-review',
    withdraw: 'withdrawn',
  },
  approved: {
    agree: null,
    'agree-last': null,
    'ask-changes': null,
    reject: null,
    resubmit: 'in-review',
    withdraw: 'withdrawn',
  },
  rejected: { agree: null, 'agree-last': null, 'ask-changes': null, reject: null, resubmit: null, withdraw: null },
  withdrawn: { agree: null, 'agree-last': null, 'ask-changes': null, reject: null, resubmit: null, withdraw: null },
}

/** Days that each tier's reviews may take. */
export const INTAKE_DAYS: Readonly<Record<Tier, number>> = { T1: 15, T2: 10, T3: 5 }
export const INTAKE_NOTES_MAX = 200

export const REVIEW_DECISIONS = ['approve', 'ask-changes', 'reject'] as const
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number]

/** What one role has to look at. */
export interface IntakeReviewTask {
  readonly role: string
  readonly why: readonly string[]
  /** Who is asked by name; anybody of the role where nobody is. */
  readonly reviewer: string | null
  readonly dueAt: EpochMs
  readonly decision: ReviewDecision | null
  readonly by: string | null
  readonly at: EpochMs | null
  readonly comment: string
}

export interface IntakeNote {
  readonly at: EpochMs
  readonly who: string
  readonly what: string
}

/** Somebody wants to build a system and asks what that takes. */
export interface IntakeRequest {
  readonly id: string
  readonly system: string
  readonly title: string
  readonly state: IntakeState
  readonly answers: IntakeAnswers
  /** What followed from the answers on the day they were handed in. */
  readonly assessment: IntakeAssessment
  readonly asOf: string
  /** How often the answers were handed in. */
  readonly revision: number
  readonly requestedBy: string
  readonly requestedAt: EpochMs
  readonly dueAt: EpochMs
  readonly reviews: readonly IntakeReviewTask[]
  readonly comments: readonly IntakeNote[]
  readonly history: readonly IntakeNote[]
}

/** One task for each role that the assessment asks, with all its reasons. */
export function reviewTasks({ reviews }: IntakeAssessment, dueAt: EpochMs): readonly IntakeReviewTask[] {
  const byRole = Map.groupBy(reviews, ({ role }) => role)
  return [...byRole].map(([role, own]) => ({
    role,
    why: own.map(({ why }) => why),
    reviewer: null,
    dueAt,
    decision: null,
    by: null,
    at: null,
    comment: '',
  }))
}

export function dueOf(tier: Tier, at: EpochMs): EpochMs {
  return epochMs(at + INTAKE_DAYS[tier] * DAY_MS)
}

export function isOverdueIntake({ state, dueAt }: Pick<IntakeRequest, 'state' | 'dueAt'>, now: EpochMs): boolean {
  return (state === 'in-review' || state === 'changes-asked') && now >= dueAt
}

export interface ReviewWord {
  readonly role: string
  readonly by: string
  /** Whose role it is, where it was lent. */
  readonly onBehalfOf: string | null
  readonly decision: ReviewDecision
  readonly comment: string
  readonly at: EpochMs
}

export type ReviewFailure =
  | 'intake/closed'
  | 'intake/involved'
  | 'intake/no-such-review'
  | 'intake/not-the-reviewer'
  | 'intake/second-role'

/** Rules on one review: nobody reviews their own request, and one person reviews in one role. */
export function reviewFailure(request: IntakeRequest, word: ReviewWord): ReviewFailure | undefined {
  const people = [word.by, ...(word.onBehalfOf === null ? [] : [word.onBehalfOf])]
  if (INTAKE_TRANSITIONS[request.state][eventOf(request, word)] === null) return 'intake/closed'
  if (people.some((person) => isSamePerson(person, request.requestedBy))) return 'intake/involved'
  const task = request.reviews.find(({ role }) => role === word.role)
  if (task === undefined) return 'intake/no-such-review'
  if (task.reviewer !== null && !people.some((person) => isSamePerson(person, task.reviewer ?? '')))
    return 'intake/not-the-reviewer'
  const isTaken = request.reviews.some(
    ({ role, by }) => role !== word.role && by !== null && people.some((person) => isSamePerson(person, by)),
  )
  return isTaken ? 'intake/second-role' : undefined
}

function eventOf({ reviews }: IntakeRequest, { role, decision }: ReviewWord): IntakeEvent {
  if (decision !== 'approve') return decision
  const others = reviews.filter((task) => task.role !== role)
  return others.every((task) => task.decision === 'approve') ? 'agree-last' : 'agree'
}

/** The request with one more review that `reviewFailure` let through. */
export function withReview(request: IntakeRequest, word: ReviewWord): IntakeRequest {
  const { role, by, decision, comment, at } = word
  return noted(
    {
      ...request,
      state: INTAKE_TRANSITIONS[request.state][eventOf(request, word)] ?? request.state,
      reviews: request.reviews.map((task) => (task.role === role ? { ...task, decision, by, at, comment } : task)),
    },
    { at, who: by, what: `${decision} as ${role}: ${comment}` },
  )
}

/** Other answers: every review begins anew, since each was of the answers before; who was asked by name still is. */
export function resubmitted(
  request: IntakeRequest,
  { answers, assessment, asOf, at }: Pick<IntakeRequest, 'answers' | 'assessment' | 'asOf'> & { readonly at: EpochMs },
): IntakeRequest {
  const dueAt = dueOf(assessment.tier, at)
  const named = new Map(request.reviews.map(({ role, reviewer }) => [role, reviewer]))
  return noted(
    {
      ...request,
      state: 'in-review',
      answers,
      assessment,
      asOf,
      dueAt,
      revision: request.revision + 1,
      reviews: reviewTasks(assessment, dueAt).map((task) => ({ ...task, reviewer: named.get(task.role) ?? null })),
    },
    { at, who: request.requestedBy, what: `handed in again: tier ${assessment.tier}` },
  )
}

export function noted(request: IntakeRequest, note: IntakeNote): IntakeRequest {
  return { ...request, history: [...request.history, note].slice(-INTAKE_NOTES_MAX) }
}
