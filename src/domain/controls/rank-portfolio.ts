import type { EpochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'
import { GAP_SEVERITIES, type ControlGap, type GapSeverity } from './find-gaps.ts'

/** One line of the portfolio. */
export interface SystemGaps {
  readonly system: string
  readonly tier: Tier
  readonly gaps: Readonly<Record<GapSeverity, number>>
  /** Rank of the gap that weighs most, and the sum of all. */
  readonly worst: number
  readonly risk: number
  /** The first day on which something is due; null where nothing is. */
  readonly nextDueAt: EpochMs | null
}

/** Systems, the one to look at first on top: by tier, then by the gap that weighs most, then by all of them together. */
export function rankPortfolio(
  systems: readonly { readonly name: string; readonly tier: Tier }[],
  gaps: readonly ControlGap[],
): readonly SystemGaps[] {
  const gapsOf = Map.groupBy(gaps, ({ system }) => system)
  return systems
    .map(({ name, tier }): SystemGaps => {
      const own = gapsOf.get(name) ?? []
      const [first] = own.map(({ dueAt }) => dueAt).toSorted((one, other) => one - other)
      return {
        system: name,
        tier,
        gaps: Object.fromEntries(
          GAP_SEVERITIES.map((severity) => [severity, own.filter((gap) => gap.severity === severity).length]),
        ) as SystemGaps['gaps'],
        worst: Math.max(0, ...own.map(({ rank }) => rank)),
        risk: own.reduce((sum, { rank }) => sum + rank, 0),
        nextDueAt: first ?? null,
      }
    })
    .toSorted(
      (one, other) =>
        one.tier.localeCompare(other.tier, 'en') ||
        other.worst - one.worst ||
        other.risk - one.risk ||
        one.system.localeCompare(other.system, 'en'),
    )
}
