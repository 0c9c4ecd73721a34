import type { EpochMs } from '../../base/instant.ts'

/** A risk that is open because a rule does not hold. */
export interface Risk {
  readonly id: string
  readonly system: string
  /** What it came from: a rule, a finding, an incident. */
  readonly source: string
  readonly title: string
  readonly severity: 'critical' | 'high' | 'medium' | 'low'
  readonly treatment: 'open' | 'accepted' | 'mitigated'
  readonly acceptedBy: string | null
  readonly owner: string
  readonly openedAt: EpochMs
  readonly dueAt: EpochMs
  readonly closedAt: EpochMs | null
}

/** Days to treat a risk, by severity. */
export const TREATMENT_DAYS: Readonly<Record<Risk['severity'], number>> = { critical: 7, high: 14, medium: 30, low: 90 }
