import { z } from 'zod'
import { DECIDING_ROLES } from '../../../domain/approval/decision-rights.ts'
import { INSTANT_MAX, digest, document, id, operation, page, pageOfItems, ruleId, system, text } from '../operation.ts'

const role = z.enum(DECIDING_ROLES).optional()

/** Exceptions and approvals. */
export const GOVERNANCE_OPERATIONS = {
  requestException: operation({
    method: 'POST',
    path: '/exceptions',
    summary: 'Ask for a waiver of one rule for one release',
    access: 'engineer',
    input: z.object({
      system,
      ruleId,
      releaseDigest: digest,
      reason: text,
      riskAcceptedBy: z.string().min(1).max(200),
      compensatingRule: ruleId.optional(),
      owner: z.string().min(1).max(200).optional(),
      expiresAt: z.int().min(0).max(INSTANT_MAX),
    }),
    output: document,
  }),
  renewException: operation({
    method: 'POST',
    path: '/exceptions/{id}/renewal',
    summary: 'Ask for an approved waiver again, with reviews of its own',
    access: 'engineer',
    record: { kind: 'exceptions', field: 'id' },
    input: z.object({ id, reason: text, expiresAt: z.int().min(0).max(INSTANT_MAX) }),
    output: document,
  }),
  decideException: operation({
    method: 'POST',
    path: '/exceptions/{id}/decision',
    summary: "Give one's word on a waiver; it is approved once everybody whom the decision rights ask for has agreed",
    access: 'decider',
    record: { kind: 'exceptions', field: 'id' },
    input: z.object({ id, decision: z.enum(['approve', 'deny']), role, comment: z.string().max(2_000).optional() }),
    output: document,
  }),
  acceptExceptionRisk: operation({
    method: 'POST',
    path: '/exceptions/{id}/risk-acceptance',
    summary: 'Accept the risk of a waiver, as the person whom it names',
    access: 'decider',
    record: { kind: 'exceptions', field: 'id' },
    input: z.object({ id, role }),
    output: document,
  }),
  endException: operation({
    method: 'POST',
    path: '/exceptions/{id}/end',
    summary: 'Take a request back, or end a waiver before its time',
    access: 'approver-or-engineer',
    record: { kind: 'exceptions', field: 'id' },
    input: z.object({ id, reason: text }),
    output: document,
  }),
  listExceptions: operation({
    method: 'GET',
    path: '/exceptions',
    summary: 'Waivers, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: pageOfItems,
  }),
  giveApproval: operation({
    method: 'POST',
    path: '/approvals',
    summary: 'Approve or reject a release for an environment',
    access: 'decider',
    input: z.object({
      system,
      releaseDigest: digest,
      environment: z.string().max(63),
      role: z.string().max(40),
      decision: z.enum(['approve', 'reject']),
      comment: z.string().max(2_000),
    }),
    output: document,
  }),
} as const
