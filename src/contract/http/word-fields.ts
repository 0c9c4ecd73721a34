import { z } from 'zod'
import { DECIDING_ROLES } from '../../domain/approval/decision-rights.ts'
import { id } from './operation.ts'

/** One person's word on something that waits for people. */
export const WORD_FIELDS = {
  id,
  role: z.enum(DECIDING_ROLES),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().max(2_000),
} as const
