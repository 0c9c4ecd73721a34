import { loadCatalogue } from '../../../adapters/catalogue/load-catalogue.ts'
import { catalogueRisks, importCatalogueRisks } from '../../../application/governance/catalogue-risks.ts'
import { addRisk, deriveRisks } from '../../../application/governance/open-risks.ts'
import {
  askAcceptance,
  assessRisk,
  dismissRisk,
  endRisk,
  findRisk,
  planRisk,
  riskBurnDown,
  speakOnRisk,
} from '../../../application/governance/risk-register.ts'
import { currentRights } from '../../../application/governance/rights.ts'
import { storedRisk } from '../../../application/governance/risks.ts'
import type { OwnerNode } from '../../../application/state/owner-node.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { RISKS_OPERATIONS } from '../../../contract/http/operations/risks.ts'
import type { Control } from '../../../domain/controls/control.ts'
import type { IntakeContext } from '../../../domain/intake/assess-intake.ts'
import { riskNow } from '../../../domain/risk/risk.ts'
import { intakeContext } from '../intake-context.ts'
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
  listCatalogueRisks: ({ node }, _, { system }) =>
    withIntake(node, async (context) => {
      const listed = await catalogueRisks(node, context, system)
      return listed.ok ? ok({ items: listed.value }) : listed
    }),
  importCatalogueRisks: ({ node }, principal, input) =>
    withIntake(node, (context) => importCatalogueRisks(node, context, principal, input)),
  dismissRisk: ({ node }, principal, input) => dismissRisk(node, principal, input),
  assessRisk: ({ node }, principal, input) => assessRisk(node, principal, input),
  planRisk: ({ node }, principal, input) => planRisk(node, principal, input),
  askRiskAcceptance: ({ node }, principal, input) => askAcceptance(node, principal, input),
  speakOnRisk: ({ node }, principal, input) => speakOnRisk(node, principal, input),
  endRisk: ({ node }, principal, input) => endRisk(node, principal, input),
  getRiskBurnDown: async ({ node }, _, { system, points = POINTS_DEFAULT, stepDays = STEP_DAYS_DEFAULT }) =>
    ok({ items: await riskBurnDown(node, { system, points, stepDays }) }),
}

async function withIntake(
  node: OwnerNode,
  use: (context: IntakeContext) => Promise<Result<object, Problem>>,
): Promise<Result<object, Problem>> {
  const context = await intakeContext(await currentRights(node), toRfc3339(node.clock()).slice(0, 10))
  if (context.ok) return use(context.value)
  return fail(context.failure[0] ?? { code: 'controls/framework', message: 'the catalogue cannot be read' })
}

async function withControls(
  use: (controls: readonly Control[]) => Promise<Result<object, Problem>>,
): Promise<Result<object, Problem>> {
  const loaded = await loadCatalogue()
  if (!loaded.ok)
    return fail(loaded.failure[0] ?? { code: 'controls/unknown', message: 'the control catalogue cannot be read' })
  return use(loaded.value.controls)
}
