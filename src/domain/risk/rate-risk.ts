import type { Tier } from '../manifest/manifest.ts'

export const RISK_LEVELS = ['critical', 'high', 'medium', 'low'] as const
export type RiskLevel = (typeof RISK_LEVELS)[number]

/** 1 (rare, negligible) to 5 (almost certain, severe). */
export const RATING_MAX = 5
export interface Rating {
  readonly likelihood: number
  readonly impact: number
}

/** Lowest product of likelihood and impact for each level: the same risk weighs more where the system reaches further. */
export const LEVEL_FROM: Readonly<Record<Tier, Readonly<Record<Exclude<RiskLevel, 'low'>, number>>>> = {
  T1: { critical: 15, high: 8, medium: 4 },
  T2: { critical: 20, high: 10, medium: 5 },
  T3: { critical: 25, high: 15, medium: 6 },
}

export function levelOf(tier: Tier, { likelihood, impact }: Rating): RiskLevel {
  const score = likelihood * impact
  const from = LEVEL_FROM[tier]
  if (score >= from.critical) return 'critical'
  if (score >= from.high) return 'high'
  return score >= from.medium ? 'medium' : 'low'
}
