import { assert, commands, constantFrom, modelRun, property, type Command } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import type { IntakeAssessment } from './assess-intake.ts'
import {
  dueOf,
  INTAKE_EVENTS,
  INTAKE_STATES,
  INTAKE_TRANSITIONS,
  isOverdueIntake,
  resubmitted,
  reviewFailure,
  reviewTasks,
  withReview,
  type IntakeEvent,
  type IntakeRequest,
  type IntakeState,
  type ReviewWord,
} from './intake-request.ts'

const NOW = epochMs(1_000_000_000_000)
const ASSESSMENT = {
  tier: 'T1',
  reviews: [
    { role: 'security', why: 'threat model' },
    { role: 'legal', why: 'act' },
    { role: 'legal', why: 'vendor' },
  ],
} as unknown as IntakeAssessment

function request(fields: Partial<IntakeRequest> = {}): IntakeRequest {
  const dueAt = dueOf('T1', NOW)
  return {
    id: 'INT-1',
    system: 'shop-bot',
    title: 'x',
    state: 'in-review',
    answers: {} as IntakeRequest['answers'],
    assessment: ASSESSMENT,
    asOf: '2026-11-25',
    revision: 1,
    requestedBy: 'mara',
    requestedAt: NOW,
    dueAt,
    reviews: reviewTasks(ASSESSMENT, dueAt),
    comments: [],
    history: [],
    ...fields,
  }
}

const word = (fields: Partial<ReviewWord> = {}): ReviewWord => ({
  role: 'legal',
  by: 'lea',
  onBehalfOf: null,
  decision: 'approve',
  comment: '',
  at: NOW,
  ...fields,
})

/** Written out a second time. */
const ALLOWED: Readonly<Record<IntakeState, Readonly<Partial<Record<IntakeEvent, IntakeState>>>>> = {
  'in-review': {
    agree: 'in-review',
    'agree-last': 'approved',
    'ask-changes': 'changes-asked',
    reject: 'rejected',
    resubmit: 'in-review',
    withdraw: 'withdrawn',
  },
  'changes-asked': { 'ask-changes': 'changes-asked', reject: 'rejected', resubmit: 'in-review', withdraw: 'withdrawn' },
  approved: { resubmit: 'in-review', withdraw: 'withdrawn' },
  rejected: {},
  withdrawn: {},
}

describe.each(INTAKE_STATES)('a request that is %s', (state) => {
  test.each(INTAKE_EVENTS)('on %s', (event) =>
    expect(INTAKE_TRANSITIONS[state][event]).toBe(ALLOWED[state][event] ?? null),
  )
})

test('a role is asked once, with all its reasons', () => {
  expect(request().reviews.map(({ role, why }) => [role, why])).toEqual([
    ['security', ['threat model']],
    ['legal', ['act', 'vendor']],
  ])
})

test.each<[string, Partial<ReviewWord>, Partial<IntakeRequest>, string | undefined]>([
  ['somebody of the role', {}, {}, undefined],
  ['whoever asked, under another spelling', { by: ' MARA' }, {}, 'intake/involved'],
  ['somebody in the role of whoever asked', { onBehalfOf: 'mara' }, {}, 'intake/involved'],
  ['a role that is not asked', { role: 'product' }, {}, 'intake/no-such-review'],
  ['anybody, once it has ended', {}, { state: 'rejected' }, 'intake/closed'],
  ['an approval, while changes are asked', {}, { state: 'changes-asked' }, 'intake/closed'],
])('a review by %s', (_, fields, of, failure) => expect(reviewFailure(request(of), word(fields))).toBe(failure))

test('a review that somebody is asked for by name is theirs', () => {
  const named = request({ reviews: request().reviews.map((task) => ({ ...task, reviewer: 'lou' })) })
  expect(reviewFailure(named, word())).toBe('intake/not-the-reviewer')
  expect(reviewFailure(named, word({ by: 'lou' }))).toBeUndefined()
  expect(reviewFailure(named, word({ onBehalfOf: 'lou' }))).toBeUndefined()
})

test('one person is no two reviewers', () => {
  const once = withReview(request(), word())
  expect(reviewFailure(once, word({ role: 'security' }))).toBe('intake/second-role')
  expect(withReview(once, word({ role: 'security', by: 'sia' })).state).toBe('approved')
})

test('other answers ask every review again, of whom it was asked by name', () => {
  const approved = withReview(withReview(request(), word()), word({ role: 'security', by: 'sia' }))
  const named = { ...approved, reviews: approved.reviews.map((task) => ({ ...task, reviewer: 'lou' })) }
  const again = resubmitted(named, {
    answers: approved.answers,
    assessment: ASSESSMENT,
    asOf: 'x',
    at: epochMs(NOW + DAY_MS),
  })
  expect([again.state, again.revision]).toEqual(['in-review', 2])
  expect(again.reviews.map(({ decision, by, reviewer }) => [decision, by, reviewer])).toEqual([
    [null, null, 'lou'],
    [null, null, 'lou'],
  ])
  expect([isOverdueIntake(again, epochMs(again.dueAt - 1)), isOverdueIntake(again, again.dueAt)]).toEqual([false, true])
})

test('whatever people say, a request is approved only while each role has agreed by a person of its own', () => {
  class Say implements Command<object, { request: IntakeRequest }> {
    readonly word: ReviewWord | 'resubmit'
    constructor(said: ReviewWord | 'resubmit') {
      this.word = said
    }
    check = (): boolean => true
    toString = (): string =>
      this.word === 'resubmit' ? 'resubmit' : `${this.word.by} ${this.word.decision} ${this.word.role}`
    run(_: object, real: { request: IntakeRequest }): void {
      const { request: before } = real
      if (this.word === 'resubmit') {
        if (INTAKE_TRANSITIONS[before.state].resubmit === null) return
        real.request = resubmitted(before, { answers: before.answers, assessment: ASSESSMENT, asOf: 'x', at: NOW })
      } else if (reviewFailure(before, this.word) === undefined) real.request = withReview(before, this.word)
      const { state, reviews } = real.request
      if (state === 'approved') {
        expect(reviews.every(({ decision }) => decision === 'approve')).toBe(true)
        expect(new Set(reviews.map(({ by }) => by)).size).toBe(reviews.length)
        expect(reviews.some(({ by }) => by === 'mara')).toBe(false)
      }
    }
  }
  const said = constantFrom('security', 'legal', 'product').chain((role) =>
    constantFrom('mara', 'lea', 'sia').chain((by) =>
      constantFrom('approve', 'approve', 'ask-changes', 'reject').map(
        (decision) => new Say(word({ role, by, decision } as ReviewWord)),
      ),
    ),
  )
  assert(
    property(commands([said, constantFrom(new Say('resubmit'))], { maxCommands: 20 }), (steps) =>
      modelRun(() => ({ model: {}, real: { request: request() } }), steps),
    ),
    { numRuns: 500 },
  )
})
