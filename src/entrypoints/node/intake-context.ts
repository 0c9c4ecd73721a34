import { shippedCatalogue } from '../../adapters/catalogue/load-catalogue.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { actEntriesOf } from '../../contract/intake/parse-answers.ts'
import type { DecisionRights } from '../../domain/approval/decision-rights.ts'
import type { IntakeContext } from '../../domain/intake/assess-intake.ts'
import { shippedPacks } from './shipped-packs.ts'

/** The shipped catalogue, packs and dates that an intake is judged by. */
export async function intakeContext(
  rights: DecisionRights,
  asOf: string,
): Promise<Result<IntakeContext, readonly Problem[]>> {
  const catalogue = await shippedCatalogue()
  if (!catalogue.ok) return catalogue
  const packs = await shippedPacks()
  if (!packs.ok) return packs
  const rulesOf = new Map(packs.value.map(({ id, rules }) => [id, rules.map(({ id: rule }) => rule)]))
  return ok({ controls: catalogue.value.controls, rulesOf, rights, act: actEntriesOf(catalogue.value.files), asOf })
}
