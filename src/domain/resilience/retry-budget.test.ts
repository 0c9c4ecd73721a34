import { array, assert, boolean, double, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { countOutlier, isEjected, UNSEEN } from './outlier-ejection.ts'
import { backoffMs, earnRetry, openRetryBudget, spendRetry, type RetryPolicy } from './retry-budget.ts'

const POLICY: RetryPolicy = { retriesMax: 3, budgetPercent: 20, budgetFloor: 5, backoffMs: 100, backoffMaxMs: 2_000 }

test('retries are never more than the floor and the share that the calls earned', () => {
  assert(
    property(array(boolean(), { maxLength: 500 }), (steps) => {
      let budget = openRetryBudget(POLICY)
      let [calls, retries] = [0, 0]
      for (const isRetry of steps) {
        const spent = isRetry ? spendRetry(budget) : earnRetry(budget, POLICY)
        if (spent === undefined) continue
        budget = spent
        if (isRetry) retries += 1
        else calls += 1
      }
      expect(retries).toBeLessThanOrEqual(POLICY.budgetFloor + (calls * POLICY.budgetPercent) / 100)
    }),
  )
})

test('a wait is within its bound and never negative', () => {
  assert(
    property(
      integer({ min: 1, max: 1_000 }),
      double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, chance) => {
        const wait = backoffMs(attempt, chance, POLICY)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(Math.min(POLICY.backoffMaxMs, POLICY.backoffMs * 2 ** Math.min(attempt - 1, 30)) + 1)
      },
    ),
  )
})

test('an upstream is ejected on failures within the window only, and comes back with a clean slate', () => {
  const policy = { windowMs: 1_000, callsMin: 4, failuresPercent: 50, ejectMs: 5_000 }
  let state = UNSEEN
  for (const [at, isFailure] of [
    [0, true],
    [100, true],
    [200, false],
    [300, true],
  ] as const)
    state = countOutlier(state, isFailure, policy, at)
  expect(isEjected(state, 300)).toBe(true)
  expect(isEjected(state, 5_300)).toBe(false)
  expect(isEjected(countOutlier(state, true, policy, 5_300), 5_301)).toBe(false)
  // The same failures, too far apart to be one outage.
  let spread = UNSEEN
  for (const at of [0, 3_000, 6_000, 9_000]) spread = countOutlier(spread, true, policy, at)
  expect(isEjected(spread, 9_001)).toBe(false)
})
