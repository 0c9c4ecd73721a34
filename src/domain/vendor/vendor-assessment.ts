import type { EpochMs } from '../../base/instant.ts'
import type { ApprovalCase } from '../approval/approval-case.ts'
import type { Manifest, Tier } from '../manifest/manifest.ts'

export const VENDOR_DAYS_MAX = 366

/** What was found out about a provider or the maker of a model, and what people decided on it. */
export interface VendorAssessment extends ApprovalCase {
  /** As the manifest's `vendor` names it. */
  readonly vendor: string
  readonly id: string
  /** The strictest tier that it may be used for. */
  readonly upToTier: Tier
  readonly terms: string
  readonly dataUse: string
  readonly regions: readonly string[]
  readonly provenance: string
  readonly licence: string
  readonly security: string
  readonly incidentContact: string
  /** What makes up for weaknesses that were found. */
  readonly compensatingControls: readonly string[]
  readonly assessedBy: string
  readonly assessedAt: EpochMs
  readonly expiresAt: EpochMs
}

export type VendorState = 'approved' | 'not-assessed' | 'not-approved' | 'expired' | 'tier' | 'region'

export interface VendorUse {
  readonly vendor: string
  readonly models: readonly string[]
  readonly state: VendorState
}

const STRICTNESS: Readonly<Record<Tier, number>> = { T1: 3, T2: 2, T3: 1 }

/** How each vendor stands that a system's models name; a model without a vendor is used under its provider's name. */
export function vendorUses(
  { components }: Manifest,
  tier: Tier,
  assessments: readonly VendorAssessment[],
  now: EpochMs,
): readonly VendorUse[] {
  const byVendor = Map.groupBy(components.models, ({ vendor, provider }) => vendor ?? provider)
  return [...byVendor].map(([vendor, models]) => ({
    vendor,
    models: models.map(({ id }) => id),
    state: stateOf(
      assessments.filter((assessment) => assessment.vendor === vendor),
      { tier, now, regions: models.flatMap(({ regions }) => regions ?? []) },
    ),
  }))
}

/** The newest assessment counts: a bad one takes an older good one back. */
function stateOf(
  assessments: readonly VendorAssessment[],
  { tier, now, regions }: { readonly tier: Tier; readonly now: EpochMs; readonly regions: readonly string[] },
): VendorState {
  const newest = assessments.toSorted((one, other) => other.assessedAt - one.assessedAt)[0]
  if (newest === undefined) return 'not-assessed'
  if (newest.state !== 'approved') return 'not-approved'
  if (now >= newest.expiresAt) return 'expired'
  if (STRICTNESS[newest.upToTier] < STRICTNESS[tier]) return 'tier'
  return regions.some((region) => !newest.regions.includes(region)) ? 'region' : 'approved'
}
