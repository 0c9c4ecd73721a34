import { z } from 'zod'
import { operation, document } from '../operation.ts'

export const EVENTS_PAGE_MAX = 500

/** What happened, from the ledger. */
export const EVENTS_OPERATIONS = {
  listEvents: operation({
    method: 'GET',
    path: '/events',
    summary: 'Events behind a place in the ledger; with `Accept: text/event-stream`, a stream of them',
    access: 'read',
    listsSystems: true,
    isStreamed: true,
    input: z.object({
      /** Place of the last event that the caller has. */
      after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).optional(),
      limit: z.coerce.number().int().min(1).max(EVENTS_PAGE_MAX).optional(),
    }),
    /** `next` is the place to ask behind next time, `hasMore` whether that is worth it now. */
    output: z.object({ items: z.array(document), next: z.number(), hasMore: z.boolean() }),
  }),
} as const
