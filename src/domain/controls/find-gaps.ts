import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'
import type { ControlAssessment, ControlStatus } from './assess-control.ts'

export const GAP_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type GapSeverity = (typeof GAP_SEVERITIES)[number]

export interface ControlGap {
  readonly system: string
  readonly tier: Tier
  readonly control: string
  readonly title: string
  readonly risk: string
  readonly owner: string
  readonly status: ControlStatus
  readonly severity: GapSeverity
  /** What is missing, one line each. */
  readonly missing: readonly string[]
  /** Tier × severity × status: 1 to 48. */
  readonly rank: number
  readonly dueAt: EpochMs
}

const TIER_WEIGHT: Readonly<Record<Tier, number>> = { T1: 3, T2: 2, T3: 1 }
const SEVERITY_WEIGHT: Readonly<Record<GapSeverity, number>> = { critical: 4, high: 3, medium: 2, low: 1 }
/** `evidenced` and `not-applicable` leave no gap. */
const STATUS_WEIGHT: Readonly<Partial<Record<ControlStatus, number>>> = {
  failing: 4,
  'not-evidenced': 3,
  'partly-evidenced': 2,
  excepted: 1,
}
/** Days to close a gap, by tier and severity. */
const DAYS: Readonly<Record<Tier, Readonly<Record<GapSeverity, number>>>> = {
  T1: { critical: 7, high: 14, medium: 30, low: 60 },
  T2: { critical: 14, high: 30, medium: 60, low: 90 },
  T3: { critical: 30, high: 60, medium: 90, low: 180 },
}

/** Controls that are missing or unproven for one system. `severityOf`: severity of a check; papers and records are medium. */
export function gapsOf(
  system: { readonly name: string; readonly tier: Tier },
  assessments: readonly ControlAssessment[],
  { severityOf, now }: { readonly severityOf: ReadonlyMap<string, GapSeverity>; readonly now: EpochMs },
): readonly ControlGap[] {
  return assessments.flatMap(({ control, status, requirements }) => {
    const weight = STATUS_WEIGHT[status]
    if (weight === undefined) return []
    const severity = worstOf(control.checks.flatMap((check) => severityOf.get(check) ?? []))
    const missing = requirements
      .filter(({ status: of }) => of === 'open' || of === 'failed' || of === 'not-bound' || of === 'excepted')
      .map(({ kind, id, detail }) => `${kind} ${id}: ${detail}`)
    return [
      {
        system: system.name,
        tier: system.tier,
        control: control.id,
        title: control.title,
        risk: control.risk,
        owner: control.owner,
        status,
        severity,
        missing,
        rank: TIER_WEIGHT[system.tier] * SEVERITY_WEIGHT[severity] * weight,
        dueAt: epochMs(now + DAYS[system.tier][severity] * DAY_MS),
      },
    ]
  })
}

function worstOf(severities: readonly GapSeverity[]): GapSeverity {
  return GAP_SEVERITIES.find((severity) => severities.includes(severity)) ?? 'medium'
}

/** One collator for all: thousands of gaps are put in order. */
const compareNames = new Intl.Collator('en').compare

/** The roadmap: what is due first stands first, and of one day what weighs most. */
export function roadmapOf(gaps: readonly ControlGap[]): readonly ControlGap[] {
  return gaps.toSorted(
    (left, right) =>
      left.dueAt - right.dueAt ||
      right.rank - left.rank ||
      compareNames(left.system, right.system) ||
      compareNames(left.control, right.control),
  )
}
