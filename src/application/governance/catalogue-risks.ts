import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Control } from '../../domain/controls/control.ts'
import { answersOfManifest, assessIntake, type IntakeContext } from '../../domain/intake/assess-intake.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { isOpenRisk, type Risk } from '../../domain/risk/risk.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { openRisks } from './open-risks.ts'
import { allRisks } from './risk-register.ts'

/** `missing`: not in the register. `unanswered`: there, and neither planned, carried, ended nor dismissed. */
export type CatalogueRiskStanding = 'missing' | 'unanswered' | 'treated' | 'carried' | 'dismissed'

/** The risk behind a control that a system is asked for. */
export interface CatalogueRisk {
  readonly control: string
  readonly title: string
  readonly risk: string | null
  readonly standing: CatalogueRiskStanding
  /** Of a dismissed one: who, and why. */
  readonly reason: string
}

/** Packs that no capability of a system asks for or excuses it from. */
const PACKS_OF_ALL = ['baseline', 'prompt', 'readiness']

/**
 * Risks of the catalogue that apply to the newest release of a system: those of controls of its tier whose checks belong to a pack
 * that its manifest binds or that follows from its capabilities, or that records or, without any check, documents show.
 */
export async function catalogueRisks(
  node: OwnerNode,
  context: IntakeContext,
  system: string,
): Promise<Result<readonly CatalogueRisk[], Problem>> {
  const [release] = await node.store.list('releases', { system, limit: 1 })
  if (release === undefined)
    return fail({
      code: 'controls/unknown-system',
      message: `no release of \`${system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const manifest = release.document['manifest'] as unknown as Manifest
  const known = await allRisks(node, system)
  return ok(
    controlsThatApply(manifest, context).map(({ id, risk: title }) =>
      standingOf(
        id,
        title,
        known.filter(({ kind, ref }) => kind === 'catalogue' && ref === id),
      ),
    ),
  )
}

function controlsThatApply(manifest: Manifest, context: IntakeContext): readonly Control[] {
  const { tier, packs } = assessIntake(answersOfManifest(manifest), context)
  const names = [...packs.map(({ pack }) => pack), ...(manifest.policies ?? []), ...PACKS_OF_ALL]
  const bound = new Set(names.flatMap((name) => context.rulesOf.get(name) ?? []))
  return context.controls.filter(({ tiers, checks, attestations, records }) => {
    // Documents alone are asked of everybody; beside checks they follow the packs of these, as health data follows its pack.
    const isShownByPeople = records.length > 0 || (checks.length === 0 && attestations.length > 0)
    return tiers.includes(tier) && (isShownByPeople || checks.some((check) => bound.has(check)))
  })
}

/** Of several risks of one control the one that is still work speaks. */
function standingOf(control: string, title: string, own: readonly Risk[]): CatalogueRisk {
  const risk = own.find(isOpenRisk) ?? own[0]
  if (risk === undefined) return { control, title, risk: null, standing: 'missing', reason: '' }
  const last = risk.history.at(-1)
  const reason = risk.treatment === 'dismissed' ? `${last?.who ?? ''}: ${last?.what ?? ''}` : ''
  return { control, title, risk: risk.id, standing: STANDING[risk.treatment], reason }
}

const STANDING: Readonly<Record<Risk['treatment'], CatalogueRiskStanding>> = {
  open: 'unanswered',
  assessed: 'unanswered',
  'acceptance-asked': 'unanswered',
  treating: 'treated',
  accepted: 'carried',
  mitigated: 'treated',
  transferred: 'treated',
  avoided: 'treated',
  dismissed: 'dismissed',
}

/** Takes every risk that applies and is missing into the register; one that was answered before stays answered. */
export async function importCatalogueRisks(
  node: OwnerNode,
  context: IntakeContext,
  principal: Principal,
  { system, owner }: { readonly system: string; readonly owner?: string | undefined },
): Promise<Result<{ readonly items: readonly Risk[]; readonly known: number }, Problem>> {
  let known = 0
  const opened = await openRisks(node, context.controls, principal, async () => {
    const listed = await catalogueRisks(node, context, system)
    if (!listed.ok) return listed
    const missing = listed.value.filter(({ standing }) => standing === 'missing')
    known = listed.value.length - missing.length
    return ok(missing.map(({ control }) => ({ system, kind: 'catalogue' as const, ref: control, owner })))
  })
  return opened.ok ? ok({ items: opened.value, known }) : opened
}
