import { z } from 'zod'
import { COMMITMENT_DAYS_MAX } from '../../../domain/commitment/commitment.ts'
import { document, id, operation, page, pageOfItems, ruleId, system, text } from '../operation.ts'
import { WORD_FIELDS } from '../word-fields.ts'

const record = { kind: 'commitments', field: 'id' } as const

/** Promises to customers. */
export const COMMITMENTS_OPERATIONS = {
  proposeCommitment: operation({
    method: 'POST',
    path: '/systems/{system}/commitments',
    summary: 'Propose a promise to a customer; it is none before the people of the decision rights have agreed',
    access: 'reporter',
    input: z.object({
      system,
      customer: z.string().min(1).max(200),
      text,
      contract: z.string().max(300),
      rules: z.array(ruleId).min(1).max(30),
      days: z.int().min(1).max(COMMITMENT_DAYS_MAX),
    }),
    output: document,
  }),
  speakOnCommitment: operation({
    method: 'POST',
    path: '/commitments/{id}/words',
    summary: "Give one's word on a promise",
    access: 'decider',
    record,
    input: z.object(WORD_FIELDS),
    output: document,
  }),
  endCommitment: operation({
    method: 'POST',
    path: '/commitments/{id}/events',
    summary: 'Take a proposal back, or end a promise',
    access: 'reporter',
    record,
    input: z.object({ id, event: z.enum(['withdraw', 'end']), note: text }),
    output: document,
  }),
  getCommitment: operation({
    method: 'GET',
    path: '/commitments/{id}',
    summary: 'One promise with its words and history',
    access: 'read',
    record,
    input: z.object({ id }),
    output: document,
  }),
  listCommitments: operation({
    method: 'GET',
    path: '/commitments',
    summary: 'Promises to customers, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
} as const
