import {
  assignIntakeReviewer,
  commentOnIntake,
  findIntake,
  resubmitIntake,
  reviewIntake,
  submitIntake,
  withdrawIntake,
} from '../../../application/governance/intake-requests.ts'
import { currentRights } from '../../../application/governance/rights.ts'
import type { OwnerNode } from '../../../application/state/owner-node.ts'
import { parseRfc3339, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { INTAKE_OPERATIONS } from '../../../contract/http/operations/intake.ts'
import { assessIntake, type IntakeContext } from '../../../domain/intake/assess-intake.ts'
import { intakeContext } from '../intake-context.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** The questionnaire and the requests that are made of it. */
export const INTAKE_HANDLERS: HandlersOf<typeof INTAKE_OPERATIONS> = {
  assessIntake: ({ node }, _, { answers, asOf }) =>
    withContext(node, asOf, async (context) => ok({ asOf: context.asOf, ...assessIntake(answers, context) })),
  submitIntake: ({ node }, principal, input) =>
    withContext(node, undefined, (context) => submitIntake(node, context, principal, input)),
  resubmitIntake: ({ node }, principal, input) =>
    withContext(node, undefined, (context) => resubmitIntake(node, context, principal, input)),
  reviewIntake: ({ node }, principal, input) => reviewIntake(node, principal, input),
  assignIntakeReviewer: ({ node }, principal, input) => assignIntakeReviewer(node, principal, input),
  commentOnIntake: ({ node }, principal, input) => commentOnIntake(node, principal, input),
  withdrawIntake: ({ node }, principal, input) => withdrawIntake(node, principal, input),
  getIntake: async ({ node }, _, { id, asOf }) => {
    const found = await findIntake(node, id)
    if (!found.ok || asOf === undefined) return found
    // What was decided stays; which duties bind is a question of the day.
    return withContext(node, asOf, async (context) =>
      ok({
        ...found.value,
        asOf,
        assessment: { ...found.value.assessment, aiAct: assessIntake(found.value.answers, context).aiAct },
      }),
    )
  },
  listIntakes: ({ node }, _, input) => listOf(node, 'intake_requests', input),
}

async function withContext(
  node: OwnerNode,
  asOf: string | undefined,
  use: (context: IntakeContext) => Promise<Result<object, Problem>>,
): Promise<Result<object, Problem>> {
  const day = asOf ?? toRfc3339(node.clock()).slice(0, 10)
  if (parseRfc3339(`${day}T00:00:00Z`) === undefined)
    return fail({ code: 'intake/as-of', message: `\`${day}\` is no day`, next: 'write it as YYYY-MM-DD' })
  const context = await intakeContext(await currentRights(node), day)
  return context.ok
    ? use(context.value)
    : fail(context.failure[0] ?? { code: 'controls/framework', message: 'the catalogue cannot be read' })
}
