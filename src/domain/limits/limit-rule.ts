import type { EpochMs } from '../../base/instant.ts'
import type { RateShape } from './gcra.ts'

export const LIMIT_SUBJECTS = ['key', 'tenant', 'system', 'tool'] as const
export const LIMIT_UNITS = ['requests', 'tokens', 'cost'] as const
export const BUDGET_PERIODS = ['day', 'month'] as const

export type LimitSubject = (typeof LIMIT_SUBJECTS)[number]
export type LimitUnit = (typeof LIMIT_UNITS)[number]
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number]

/** So much of a unit for each of whom it counts. Cost is in millionths of the price list's currency, so it is whole. */
export interface LimitRule {
  readonly id: string
  readonly per: LimitSubject
  readonly unit: LimitUnit
  readonly amount: number
  readonly bound: LimitBound
}

export type LimitBound =
  /** A bucket that refills evenly over the window and holds `burst` at most. */
  | { readonly kind: 'rate'; readonly windowMs: number; readonly burst: number }
  /** A sum per calendar period in UTC. */
  | { readonly kind: 'budget'; readonly period: BudgetPeriod }

/** What one request takes of each unit. */
export type Amounts = Readonly<Record<LimitUnit, number>>

/** Whom a request counts for; undefined: nobody of that kind, and such rules do not apply. */
export type LimitedBy = Readonly<Record<LimitSubject, readonly string[]>>

/** One counter that a request moves. */
export interface Charge {
  readonly rule: LimitRule
  readonly subject: string
  readonly amount: number
}

/** All counters that a request moves, in the order of the rules. */
export function chargesOf(rules: readonly LimitRule[], by: LimitedBy, amounts: Amounts): readonly Charge[] {
  return rules.flatMap((rule) => by[rule.per].map((subject) => ({ rule, subject, amount: amounts[rule.unit] })))
}

/** The bucket of a rate. */
export function rateShape(
  { amount }: LimitRule,
  { windowMs, burst }: Extract<LimitBound, { kind: 'rate' }>,
): RateShape {
  return { unitMs: windowMs / amount, burst }
}

/** First instant of the period that follows. */
export function periodEnd(period: BudgetPeriod, now: EpochMs): number {
  const date = new Date(now)
  return period === 'day'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
    : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}
