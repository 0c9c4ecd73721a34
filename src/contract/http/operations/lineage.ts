import { z } from 'zod'
import { document, operation, system } from '../operation.ts'

/** `KIND` or `KIND:NAME`. */
const selector = z.string().min(1).max(300).optional()

/** Where things come from. */
export const LINEAGE_OPERATIONS = {
  getLineage: operation({
    method: 'GET',
    path: '/systems/{system}/lineage',
    summary:
      'Datasets, features, indexes, prompts, models, releases, deployments, traces and incidents, and what comes of what',
    access: 'read',
    input: z.object({ system }),
    output: document,
  }),
  queryLineage: operation({
    method: 'GET',
    path: '/systems/{system}/lineage/query',
    summary: 'What comes of one end, what went into the other, or what lies between',
    access: 'read',
    input: z.object({ system, from: selector, to: selector }),
    output: document,
  }),
} as const
