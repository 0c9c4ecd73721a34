import { loadCatalogue } from '../../adapters/catalogue/load-catalogue.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { Control } from '../../domain/controls/control.ts'
import type { RemovedControl } from '../../domain/controls/control-test.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { loadPacks } from './load-packs.ts'
import { shippedNames } from './named-packs.ts'

export interface JudgedRemovals {
  readonly removed: readonly RemovedControl[]
  /** Not noticed, of controls that the catalogue does not ask of this tier: no gap. */
  readonly unasked: readonly RemovedControl[]
  /** For each control with a removal that was not noticed: shipped packs that the project does not bind and that have a rule for it. */
  readonly packsFor: Readonly<Record<string, readonly string[]>>
}

/** What was not noticed, weighed by the tier, with the packs that would notice. */
export async function judgeRemovals(
  projectFolder: string,
  removed: readonly RemovedControl[],
  { tier, bound }: { readonly tier: Tier; readonly bound: readonly PolicyPack[] },
): Promise<Result<JudgedRemovals, readonly Problem[]>> {
  const catalogue = await loadCatalogue(projectFolder)
  if (!catalogue.ok) return catalogue
  const controls = new Map(catalogue.value.controls.map((control) => [control.id, control]))
  const isUnasked = ({ control, status }: RemovedControl): boolean =>
    status === 'survived' && controls.get(control)?.tiers.includes(tier) === false
  const counted = removed.filter((removal) => !isUnasked(removal))
  const survivors = new Set(counted.filter(({ status }) => status === 'survived').map(({ control }) => control))
  const packsFor = await packsThatNotice(
    [...survivors].flatMap((id) => controls.get(id) ?? []),
    bound,
  )
  return packsFor.ok ? ok({ removed: counted, unasked: removed.filter(isUnasked), packsFor: packsFor.value }) : packsFor
}

async function packsThatNotice(
  survivors: readonly Control[],
  bound: readonly PolicyPack[],
): Promise<Result<JudgedRemovals['packsFor'], readonly Problem[]>> {
  if (survivors.length === 0) return ok({})
  const names = (await shippedNames()).filter((name) => bound.every(({ id }) => id !== name))
  const unbound = await loadPacks('', names)
  if (!unbound.ok) return unbound
  return ok(
    Object.fromEntries(
      survivors.map(({ id, checks }) => [
        id,
        unbound.value
          .filter(({ pack }) => pack.rules.some((rule) => checks.includes(rule.id)))
          .map(({ pack }) => pack.id),
      ]),
    ),
  )
}
