import { z } from 'zod'
import { CASE_DECISIONS } from '../../../application/governance/approval-cases.ts'
import { DECIDING_ROLES, DECISIONS } from '../../../domain/approval/decision-rights.ts'
import { INSTANT_MAX, document, id, operation, page, pageOfItems, system, text } from '../operation.ts'
import { WORD_FIELDS } from '../word-fields.ts'

/** Decision rights, delegations and what else people decide. */
export const RIGHTS_OPERATIONS = {
  getDecisionRights: operation({
    method: 'GET',
    path: '/decision-rights',
    summary: 'Who decides what, by tier',
    access: 'read',
    input: z.object({}),
    output: document,
  }),
  adoptDecisionRights: operation({
    method: 'POST',
    path: '/decision-rights',
    summary: 'Adopt a file of decision rights for everything that is decided from now on',
    access: 'admin',
    input: z.object({ file: z.string().max(300), text: z.string().max(100_000) }),
    output: document,
  }),
  delegateRole: operation({
    method: 'POST',
    path: '/delegations',
    summary: "Lend one's own role to somebody for a bounded time",
    access: 'decider',
    input: z.object({
      to: z.string().min(1).max(200),
      role: z.enum(DECIDING_ROLES),
      decisions: z.array(z.enum(DECISIONS)).min(1).max(DECISIONS.length),
      reason: text,
      expiresAt: z.int().min(0).max(INSTANT_MAX),
    }),
    output: document,
  }),
  revokeDelegation: operation({
    method: 'POST',
    path: '/delegations/{id}/revocation',
    summary: 'End a delegation before its time',
    access: 'decider',
    record: { kind: 'delegations', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  listDelegations: operation({
    method: 'GET',
    path: '/delegations',
    summary: 'Lent roles, newest first',
    access: 'read',
    input: z.object({ ...page }),
    output: pageOfItems,
  }),
  openApprovalCase: operation({
    method: 'POST',
    path: '/approval-cases',
    summary: 'Ask for a change of thresholds or a commitment to a customer',
    access: 'engineer',
    input: z.object({ system, decision: z.enum(CASE_DECISIONS), subject: z.string().min(1).max(200), text }),
    output: document,
  }),
  speakOnApprovalCase: operation({
    method: 'POST',
    path: '/approval-cases/{id}/words',
    summary: "Give one's word on a case",
    access: 'decider',
    record: { kind: 'approval_cases', field: 'id' },
    input: z.object(WORD_FIELDS),
    output: document,
  }),
  withdrawApprovalCase: operation({
    method: 'POST',
    path: '/approval-cases/{id}/withdrawal',
    summary: 'Take a question back',
    access: 'engineer',
    record: { kind: 'approval_cases', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  listApprovalCases: operation({
    method: 'GET',
    path: '/approval-cases',
    summary: 'Questions that people decide, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
} as const
