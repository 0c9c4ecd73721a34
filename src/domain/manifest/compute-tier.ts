import type { Manifest, Tier } from './manifest.ts'

export interface TierDecision {
  readonly tier: Tier
  /** Every reason that leads to this tier, in the reader's words. */
  readonly reasons: readonly string[]
}

const SENSITIVE = new Set(['customer-confidential', 'pii', 'special-category', 'secrets'])
/** Domains in which a wrong answer harms people; the high-risk areas of EU AI Act Annex III, in one word each. */
export const HIGH_STAKES: ReadonlySet<string> = new Set([
  'employment',
  'credit',
  'health',
  'education',
  'legal',
  'safety',
  'biometrics',
  'law-enforcement',
  'migration',
  'justice',
  'critical-infrastructure',
  'insurance',
])

/**
 * The tier is computed, never typed in. T1: customer-facing, or acting on the world, or sensitive in a high-stakes
 * domain. T2: internal and sensitive. T3: the rest.
 */
export function computeTier(manifest: Manifest): TierDecision {
  const { intake, components } = manifest
  const sensitive = intake.dataClasses.filter((dataClass) => SENSITIVE.has(dataClass))
  const acting = (components.tools ?? []).filter((tool) => tool.effect === 'irreversible' || tool.effect === 'external')

  const first: string[] = []
  if (intake.audience === 'customers' || intake.audience === 'partners')
    first.push(`its audience is \`${intake.audience}\`, outside the company`)
  if (intake.autonomy === 'acts' || intake.autonomy === 'acts-with-approval')
    first.push(`its autonomy is \`${intake.autonomy}\`: it acts on the world`)
  for (const tool of acting) first.push(`tool \`${tool.id}\` has effect \`${tool.effect}\``)
  if (HIGH_STAKES.has(intake.domain)) first.push(`its domain \`${intake.domain}\` is high-stakes`)
  if (intake.dataClasses.includes('special-category')) first.push('it handles data of class `special-category`')
  if (first.length > 0) return { tier: 'T1', reasons: first }

  const second = sensitive.map((dataClass) => `it is internal and handles data of class \`${dataClass}\``)
  for (const tool of components.tools ?? []) if (tool.effect === 'write') second.push(`tool \`${tool.id}\` writes`)
  if (second.length > 0) return { tier: 'T2', reasons: second }
  return { tier: 'T3', reasons: ['it is internal, handles nothing sensitive and changes nothing'] }
}
