import { currentRights } from '../../../application/governance/rights.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import { fail, ok } from '../../../base/result.ts'
import type { INTAKE_OPERATIONS } from '../../../contract/http/operations/intake.ts'
import { assessIntake } from '../../../domain/intake/assess-intake.ts'
import { intakeContext } from '../intake-context.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** The questionnaire. */
export const INTAKE_HANDLERS: HandlersOf<typeof INTAKE_OPERATIONS> = {
  assessIntake: async ({ node }, _, { answers, asOf }) => {
    const day = asOf ?? toRfc3339(node.clock()).slice(0, 10)
    const context = await intakeContext(await currentRights(node), day)
    if (!context.ok)
      return fail(context.failure[0] ?? { code: 'controls/framework', message: 'the catalogue cannot be read' })
    return ok({ asOf: day, ...assessIntake(answers, context.value) })
  },
}
