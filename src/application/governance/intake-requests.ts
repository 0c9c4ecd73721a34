import { DAY_MS, epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import { assessIntake, type IntakeAnswers, type IntakeContext } from '../../domain/intake/assess-intake.ts'
import {
  dueOf,
  INTAKE_NOTES_MAX,
  INTAKE_TRANSITIONS,
  noted,
  resubmitted,
  reviewFailure,
  reviewTasks,
  withReview,
  type IntakeRequest,
  type ReviewDecision,
  type ReviewFailure,
} from '../../domain/intake/intake-request.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { personOf, speakerIn } from './rights.ts'

/** Hands in a questionnaire: what it takes is computed here and now, and the roles that it asks are asked. */
export async function submitIntake(
  node: OwnerNode,
  context: IntakeContext,
  principal: Principal,
  input: { readonly system: string; readonly title: string; readonly answers: IntakeAnswers },
): Promise<Result<IntakeRequest, Problem>> {
  const now = node.clock()
  const assessment = assessIntake(input.answers, context)
  const dueAt = dueOf(assessment.tier, now)
  const reviews = reviewTasks(assessment, dueAt)
  const who = personOf(principal)
  return node.recorder.exclusive(async () =>
    store(node, principal, 'intake.requested', {
      id: `INT-${(await node.store.count('intake_requests')) + 1}`,
      ...input,
      // Where nobody has to look at it, asking is enough: the record is what is wanted.
      state: reviews.length === 0 ? 'approved' : 'in-review',
      assessment,
      asOf: context.asOf,
      revision: 1,
      requestedBy: who,
      requestedAt: now,
      dueAt,
      reviews,
      comments: [],
      history: [{ at: now, who, what: `handed in: tier ${assessment.tier}` }],
    }),
  )
}

/** Other answers to the same request, by whoever asked. */
export function resubmitIntake(
  node: OwnerNode,
  context: IntakeContext,
  principal: Principal,
  { id, answers }: { readonly id: string; readonly answers: IntakeAnswers },
): Promise<Result<IntakeRequest, Problem>> {
  return change(node, principal, id, async (request) => {
    const refused = foreignOrClosed(request, principal, 'resubmit')
    if (refused !== undefined) return fail(refused)
    const assessment = assessIntake(answers, context)
    const again = resubmitted(request, { answers, assessment, asOf: context.asOf, at: node.clock() })
    return ok(again.reviews.length === 0 ? { ...again, state: 'approved' } : again)
  })
}

export function withdrawIntake(
  node: OwnerNode,
  principal: Principal,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<Result<IntakeRequest, Problem>> {
  return change(node, principal, id, async (request) => {
    const refused = foreignOrClosed(request, principal, 'withdraw')
    if (refused !== undefined) return fail(refused)
    const note = { at: node.clock(), who: personOf(principal), what: `withdrawn: ${reason}` }
    return ok(noted({ ...request, state: 'withdrawn' }, note))
  })
}

function foreignOrClosed(
  { id, state, requestedBy }: IntakeRequest,
  principal: Principal,
  event: 'resubmit' | 'withdraw',
): Problem | undefined {
  if (INTAKE_TRANSITIONS[state][event] === null)
    return { code: 'intake/closed', message: `\`${id}\` is ${state}`, next: 'hand in a new request' }
  if (!isSamePerson(requestedBy, personOf(principal)))
    return { code: 'intake/foreign', message: `\`${id}\` is not yours`, next: `ask \`${requestedBy}\`` }
  return undefined
}

const MESSAGES: Readonly<Record<ReviewFailure, { readonly message: string; readonly next: string }>> = {
  'intake/closed': { message: 'its state takes no such review', next: 'see `gatehouse intake show`' },
  'intake/involved': {
    message: 'nobody reviews their own request, nor does anybody on their behalf',
    next: 'ask somebody else',
  },
  'intake/no-such-review': { message: 'no review is asked of this role', next: 'see `gatehouse intake show`' },
  'intake/not-the-reviewer': {
    message: 'somebody else is asked by name',
    next: 'have the review given to you: gatehouse intake assign',
  },
  'intake/second-role': { message: 'one person reviews in one role', next: 'ask another person of this role' },
}

/** One role's word on a request. */
export function reviewIntake(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly id: string
    readonly role: string
    readonly decision: ReviewDecision
    readonly comment: string
  },
): Promise<Result<IntakeRequest, Problem>> {
  return change(node, principal, input.id, async (request) => {
    const speaker = await speakerIn(node, principal, { role: input.role, decision: 'release' })
    if (speaker === undefined)
      return fail({
        code: 'intake/role',
        message: `\`${principal.name}\` does not hold the role \`${input.role}\``,
        next: 'speak in a role that you hold',
      })
    const { decision, comment } = input
    const { principal: by, role, onBehalfOf } = speaker
    const word = { role, by, onBehalfOf, decision, comment, at: node.clock() }
    const refused = reviewFailure(request, word)
    if (refused !== undefined)
      return fail({
        code: refused,
        message: `\`${input.id}\`: ${MESSAGES[refused].message}`,
        next: MESSAGES[refused].next,
      })
    return ok(withReview(request, word))
  })
}

/** Asks one person of a role by name, until a day of its own. */
export function assignIntakeReviewer(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly role: string; readonly person: string; readonly days?: number | undefined },
): Promise<Result<IntakeRequest, Problem>> {
  return change(node, principal, input.id, async (request) => {
    const task = request.reviews.find(({ role }) => role === input.role)
    if (task === undefined) return fail({ code: 'intake/no-such-review', ...MESSAGES['intake/no-such-review'] })
    if (isSamePerson(input.person, request.requestedBy))
      return fail({ code: 'intake/involved', ...MESSAGES['intake/involved'] })
    const now = node.clock()
    const dueAt = input.days === undefined ? task.dueAt : epochMs(now + input.days * DAY_MS)
    const reviews = request.reviews.map((one) => (one === task ? { ...one, reviewer: input.person, dueAt } : one))
    const what = `review as ${input.role} given to ${input.person}`
    return ok(noted({ ...request, reviews }, { at: now, who: personOf(principal), what }))
  })
}

export function commentOnIntake(
  node: OwnerNode,
  principal: Principal,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<Result<IntakeRequest, Problem>> {
  return change(node, principal, id, async (request) => {
    if (request.comments.length >= INTAKE_NOTES_MAX)
      return fail({
        code: 'intake/full',
        message: `\`${id}\` has ${INTAKE_NOTES_MAX} comments`,
        next: 'hand in a new request',
      })
    const comment = { at: node.clock(), who: personOf(principal), what: text }
    return ok({ ...request, comments: [...request.comments, comment] })
  })
}

export async function findIntake(node: OwnerNode, id: string): Promise<Result<IntakeRequest, Problem>> {
  const record = await node.store.get('intake_requests', id)
  return record === undefined
    ? fail({ code: 'intake/unknown', message: `no request \`${id}\` is known`, next: 'see `gatehouse intake list`' })
    : ok(record.document as unknown as IntakeRequest)
}

/** Every request of a system, ended ones too. */
export async function intakesOf(node: OwnerNode, system: string): Promise<readonly IntakeRequest[]> {
  const records = await listAll(node.store, 'intake_requests', { system })
  return records.map(({ document }) => document as unknown as IntakeRequest)
}

async function change(
  node: OwnerNode,
  principal: Principal,
  id: string,
  changed: (request: IntakeRequest) => Promise<Result<IntakeRequest, Problem>>,
): Promise<Result<IntakeRequest, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findIntake(node, id)
    const next = known.ok ? await changed(known.value) : known
    return next.ok ? store(node, principal, 'intake.changed', next.value) : next
  })
}

async function store(
  node: OwnerNode,
  principal: Principal,
  type: string,
  request: IntakeRequest,
): Promise<Result<IntakeRequest, Problem>> {
  const { id, system, state, assessment } = request
  const entry = await node.recorder.record(type, principal.name, null, {
    head: { id, system, status: state, topic: assessment.tier },
    record: request,
  })
  return entry.ok ? ok(request) : entry
}
