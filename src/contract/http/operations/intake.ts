import { z } from 'zod'
import { DECIDING_ROLES } from '../../../domain/approval/decision-rights.ts'
import { REVIEW_DECISIONS } from '../../../domain/intake/intake-request.ts'
import { answersSchema } from '../../intake/parse-answers.ts'
import { document, id, operation, page, pageOfItems, system, text } from '../operation.ts'

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .optional()
const record = { kind: 'intake_requests', field: 'id' } as const
const role = z.enum(DECIDING_ROLES)

/** What a system that does not exist yet would be asked for, and the request to build it. */
export const INTAKE_OPERATIONS = {
  assessIntake: operation({
    method: 'POST',
    path: '/intake',
    summary: 'Tier, class under the EU AI Act and what follows, from answers to the questionnaire; records nothing',
    access: 'read',
    input: z.object({ answers: answersSchema, asOf: day }),
    output: document,
  }),
  submitIntake: operation({
    method: 'POST',
    path: '/systems/{system}/intake-requests',
    summary: 'Hand in a questionnaire: what it takes is computed, and the roles that it asks are asked',
    access: 'reporter',
    input: z.object({ system, title: z.string().min(1).max(300), answers: answersSchema }),
    output: document,
  }),
  resubmitIntake: operation({
    method: 'POST',
    path: '/intake-requests/{id}/answers',
    summary: 'Hand in other answers to the same request; every review begins anew',
    access: 'reporter',
    record,
    input: z.object({ id, answers: answersSchema }),
    output: document,
  }),
  reviewIntake: operation({
    method: 'POST',
    path: '/intake-requests/{id}/reviews',
    summary: "Give one role's word on a request",
    access: 'decider',
    record,
    input: z.object({ id, role, decision: z.enum(REVIEW_DECISIONS), comment: z.string().max(2_000) }),
    output: document,
  }),
  assignIntakeReviewer: operation({
    method: 'POST',
    path: '/intake-requests/{id}/reviewers',
    summary: 'Ask one person of a role by name, until a day',
    access: 'reporter',
    record,
    input: z.object({
      id,
      role,
      person: z.string().min(1).max(200),
      days: z.int().min(1).max(90).optional(),
    }),
    output: document,
  }),
  commentOnIntake: operation({
    method: 'POST',
    path: '/intake-requests/{id}/comments',
    summary: 'Write a comment on a request',
    access: 'reporter',
    record,
    input: z.object({ id, text }),
    output: document,
  }),
  withdrawIntake: operation({
    method: 'POST',
    path: '/intake-requests/{id}/withdrawal',
    summary: 'Take a request back',
    access: 'reporter',
    record,
    input: z.object({ id, reason: text }),
    output: document,
  }),
  getIntake: operation({
    method: 'GET',
    path: '/intake-requests/{id}',
    summary: 'One request with its reviews, comments and history; duties as of a day',
    access: 'read',
    record,
    input: z.object({ id, asOf: day }),
    output: document,
  }),
  listIntakes: operation({
    method: 'GET',
    path: '/intake-requests',
    summary: 'Requests to build a system, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
} as const
