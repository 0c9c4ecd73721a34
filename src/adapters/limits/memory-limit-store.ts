import { epochMs, type Clock } from '../../base/instant.ts'
import { ongoingClock } from '../clock/ongoing-clock.ts'
import { settleRate, takeRate } from '../../domain/limits/gcra.ts'
import { periodEnd, rateShape, type Charge } from '../../domain/limits/limit-rule.ts'
import {
  RESERVATION_LEASE_MS,
  type LimitStore,
  type Reservation,
  type ReserveOutcome,
} from '../../domain/limits/limit-store.ts'

const COUNTERS_MAX = 200_000
const SWEEP_EACH = 1_024

interface Budget {
  spent: number
  held: number
  /** In the order of their ends, which is the order in which they were made. */
  readonly holds: Map<string, { readonly amount: number; readonly until: number }>
}

/** What was taken, by counter. */
export interface MemoryCounters {
  readonly buckets: Map<string, number>
  readonly budgets: Map<string, Budget & { readonly until: number }>
  /** A bucket that was filled before the clock went back would not refill until it has caught up. */
  readonly steady: Clock
}

export function memoryCounters(clock: Clock): MemoryCounters {
  return { buckets: new Map(), budgets: new Map(), steady: ongoingClock(clock) }
}

/** Counters of one process. `share` of every limit is let through: all of it, or a part while a shared store is away. */
export function memoryLimitStore(clock: Clock, share = 1, counters = memoryCounters(clock)): LimitStore {
  const { buckets, budgets, steady } = counters
  let reserved = 0

  function budgetOf(key: string, until: number, now: number): Budget {
    const budget = budgets.get(key) ?? { spent: 0, held: 0, holds: new Map(), until }
    budgets.set(key, budget)
    for (const [id, hold] of budget.holds) {
      if (hold.until > now) break
      budget.holds.delete(id)
      budget.held -= hold.amount
    }
    return budget
  }

  return {
    async reserve(scope, id, charges): Promise<ReserveOutcome> {
      const now = clock()
      reserved += 1
      const steadyNow = steady()
      if (reserved % SWEEP_EACH === 0) sweep(buckets, budgets, { now, steadyNow })
      const periodEnds: number[] = []
      const apply: (() => void)[] = []
      for (const charge of charges) {
        const key = counterKey(scope, charge)
        const { rule, amount } = charge
        if (rule.bound.kind === 'rate') {
          const shape = sharedShape(charge, share)
          const taken = takeRate(buckets.get(key) ?? 0, steadyNow, amount, shape)
          if (!taken.isAllowed) return { kind: 'limited', charge, retryAfterMs: taken.retryAfterMs }
          apply.push(() => buckets.set(key, taken.fullAtMs))
        } else {
          const end = periodEnd(rule.bound.period, now)
          const budget = budgetOf(`${key}:${end}`, end, now)
          if (budget.spent + budget.held + amount > rule.amount * share)
            return { kind: 'limited', charge, retryAfterMs: end - now }
          periodEnds.push(end)
          apply.push(() => {
            budget.held += amount
            budget.holds.set(id, { amount, until: now + RESERVATION_LEASE_MS })
          })
        }
      }
      for (const step of apply) step()
      return { kind: 'granted', reservation: { id, scope, charges, periodEnds } }
    },

    async settle({ id, scope, charges, periodEnds }: Reservation, taken): Promise<void> {
      const now = clock()
      const ends = periodEnds.values()
      for (const [at, charge] of charges.entries()) {
        const key = counterKey(scope, charge)
        const amount = taken[at] ?? charge.amount
        if (charge.rule.bound.kind === 'rate') {
          const fullAt = settleRate(buckets.get(key) ?? steady(), charge.amount, amount, sharedShape(charge, share))
          buckets.set(key, fullAt)
          continue
        }
        const end = ends.next().value ?? 0
        const budget = budgetOf(`${key}:${end}`, epochMs(end), now)
        const hold = budget.holds.get(id)
        if (hold !== undefined) budget.held -= hold.amount
        budget.holds.delete(id)
        budget.spent += amount
      }
    },
  }
}

function sweep(
  buckets: Map<string, number>,
  budgets: Map<string, { readonly until: number }>,
  { now, steadyNow }: { readonly now: number; readonly steadyNow: number },
): void {
  for (const [key, fullAt] of buckets) if (fullAt <= steadyNow) buckets.delete(key)
  for (const [key, { until }] of budgets) if (until <= now) budgets.delete(key)
  // The oldest counters go first when a flood of names has filled the table.
  for (const table of [buckets, budgets])
    for (const key of table.keys()) {
      if (table.size <= COUNTERS_MAX) break
      table.delete(key)
    }
}

function sharedShape({ rule }: Charge, share: number): ReturnType<typeof rateShape> {
  if (rule.bound.kind !== 'rate') throw new TypeError('a budget has no rate')
  const { unitMs, burst } = rateShape(rule, rule.bound)
  return { unitMs: unitMs / share, burst: Math.max(1, burst * share) }
}

/**
 * SECURITY: subjects hold what credentials say, so their parts are escaped: no name can spell another's counter. What is counted
 * is part of the key: a rule that comes to mean something else begins anew, where another amount of a budget does not. A bucket
 * is an instant, which says nothing under another refill.
 */
export function counterKey(scope: string, { rule, subject }: Charge): string {
  const { id, per, unit, amount, bound } = rule
  const kind = bound.kind === 'budget' ? bound.period : `${amount}/${bound.windowMs}`
  return `${scope}:${id}:${per}:${unit}:${kind}:${encodeURIComponent(subject)}`
}
