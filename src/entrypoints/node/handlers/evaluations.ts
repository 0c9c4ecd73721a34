import { evaluationPage, getEvaluation } from '../../../application/evaluation/list-evaluations.ts'
import { ok } from '../../../base/result.ts'
import type { EVALUATIONS_OPERATIONS } from '../../../contract/http/operations/evaluations.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Evaluations that workers ran. */
export const EVALUATIONS_HANDLERS: HandlersOf<typeof EVALUATIONS_OPERATIONS> = {
  listEvaluations: async ({ node }, _, input) => ok(await evaluationPage(node, input)),
  getEvaluation: ({ node }, _, { id }) => getEvaluation(node, id),
}
