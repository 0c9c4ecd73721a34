import { loadCatalogue } from '../../../adapters/catalogue/load-catalogue.ts'
import { addRisk, deriveRisks } from '../../../application/governance/open-risks.ts'
import {
  askAcceptance,
  assessRisk,
  endRisk,
  findRisk,
  planRisk,
  riskBurnDown,
  speakOnRisk,
} from '../../../application/governance/risk-register.ts'
import { storedRisk } from '../../../application/governance/risks.ts'
import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { RISKS_OPERATIONS } from '../../../contract/http/operations/risks.ts'
import type { Control } from '../../../domain/controls/control.ts'
import { riskNow } from '../../../domain/risk/risk.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

const POINTS_DEFAULT = 12
const STEP_DAYS_DEFAULT = 7

/** The risk register. */
export const RISKS_HANDLERS: HandlersOf<typeof RISKS_OPERATIONS> = {
  listRisks: async ({ node }, _, input) => {
    const listed = await listOf(node, 'risks', input)
    if (!listed.ok) return listed
    const { items, nextCursor } = listed.value as {
      readonly items: readonly JsonObject[]
      readonly nextCursor: unknown
    }
    return ok({ items: items.map((item) => riskNow(storedRisk(item), node.clock())), nextCursor })
  },
  getRisk: ({ node }, _, { id }) => findRisk(node, id),
  addRisk: ({ node }, principal, input) => withControls((controls) => addRisk(node, controls, principal, input)),
  deriveRisks: ({ node }, principal, { system }) =>
    withControls(async (controls) => {
      const opened = await deriveRisks(node, controls, principal, system)
      return opened.ok ? ok({ items: opened.value }) : opened
    }),
  assessRisk: ({ node }, principal, input) => assessRisk(node, principal, input),
  planRisk: ({ node }, principal, input) => planRisk(node, principal, input),
  askRiskAcceptance: ({ node }, principal, input) => askAcceptance(node, principal, input),
  speakOnRisk: ({ node }, principal, input) => speakOnRisk(node, principal, input),
  endRisk: ({ node }, principal, input) => endRisk(node, principal, input),
  getRiskBurnDown: async ({ node }, _, { system, points = POINTS_DEFAULT, stepDays = STEP_DAYS_DEFAULT }) =>
    ok({ items: await riskBurnDown(node, { system, points, stepDays }) }),
}

async function withControls(
  use: (controls: readonly Control[]) => Promise<Result<object, Problem>>,
): Promise<Result<object, Problem>> {
  const loaded = await loadCatalogue()
  if (!loaded.ok)
    return fail(loaded.failure[0] ?? { code: 'controls/unknown', message: 'the control catalogue cannot be read' })
  return use(loaded.value.controls)
}
