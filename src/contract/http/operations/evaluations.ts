import { z } from 'zod'
import { document, id, operation, page, pageOfItems, system } from '../operation.ts'

/** Evaluations that the server's workers ran: suites of schedules, and models proven against what was kept. */
export const EVALUATIONS_OPERATIONS = {
  listEvaluations: operation({
    method: 'GET',
    path: '/systems/{system}/evaluations',
    summary: 'Evaluations that workers ran of a system, newest first',
    access: 'read',
    input: z.object({ system, ...page }),
    output: pageOfItems,
  }),
  getEvaluation: operation({
    method: 'GET',
    path: '/evaluations/{id}',
    summary: 'One evaluation with its report',
    access: 'read',
    record: { kind: 'evaluations', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
} as const
