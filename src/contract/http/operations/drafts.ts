import { z } from 'zod'
import { DRAFT_KINDS, DRAFT_STATES } from '../../../domain/draft/draft.ts'
import { digest, document, id, operation, page, pageOfItems, system } from '../operation.ts'

/** What models drafted, until a person decides on it. */
export const DRAFTS_OPERATIONS = {
  recordDraft: operation({
    method: 'POST',
    path: '/systems/{system}/drafts',
    summary: 'Keep what a model drafted; nothing that decides reads it',
    access: 'reporter',
    input: z.object({
      system,
      kind: z.enum(DRAFT_KINDS),
      content: document,
      model: z.string().min(1).max(200),
      endpoint: z.string().min(1).max(300),
      promptDigest: digest,
      redactions: z.int().min(0).max(1_000_000),
    }),
    output: document,
  }),
  getDraft: operation({
    method: 'GET',
    path: '/drafts/{id}',
    summary: 'One draft, with who asked for it and who decided on it',
    access: 'read',
    record: { kind: 'drafts', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  listDrafts: operation({
    method: 'GET',
    path: '/drafts',
    summary: 'Drafts, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.enum(DRAFT_STATES).optional(), ...page }),
    output: pageOfItems,
  }),
  decideDraft: operation({
    method: 'POST',
    path: '/drafts/{id}/decision',
    summary: 'Take a draft over by name, or turn it down; no API key can',
    access: 'approver',
    record: { kind: 'drafts', field: 'id' },
    input: z.object({ id, decision: z.enum(['accept', 'reject']), note: z.string().max(2_000) }),
    output: document,
  }),
} as const
