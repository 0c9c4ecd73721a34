/** How often a failed call may be tried again. Instants are milliseconds of one clock that never goes back. */
export interface RetryPolicy {
  /** Further tries of one call at one upstream. */
  readonly retriesMax: number
  /** Retries that a hundred calls earn: what keeps an outage from doubling its own load. */
  readonly budgetPercent: number
  /** Retries that may be spent before any call has earned one. */
  readonly budgetFloor: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
}

/** Earned retries, in hundredths: whole numbers add up exactly. */
export interface RetryBudget {
  readonly hundredths: number
}

/** Retries that a budget holds at most: calls of a quiet hour do not pay for a storm. */
const EARNED_MAX = 100

export function openRetryBudget({ budgetFloor }: RetryPolicy): RetryBudget {
  return { hundredths: budgetFloor * 100 }
}

export function earnRetry(budget: RetryBudget, { budgetPercent, budgetFloor }: RetryPolicy): RetryBudget {
  return { hundredths: Math.min(Math.max(EARNED_MAX, budgetFloor) * 100, budget.hundredths + budgetPercent) }
}

/** The budget after one retry, or undefined when there is none left. */
export function spendRetry(budget: RetryBudget): RetryBudget | undefined {
  return budget.hundredths >= 100 ? { hundredths: budget.hundredths - 100 } : undefined
}

/**
 * Milliseconds before try `attempt` (the first retry is 1): doubled each time, capped, and drawn evenly from the whole
 * range ("full jitter"), so that clients that failed together do not come back together. `chance` is in [0, 1).
 */
export function backoffMs(attempt: number, chance: number, { backoffMs: first, backoffMaxMs }: RetryPolicy): number {
  return Math.floor(chance * Math.min(backoffMaxMs, first * 2 ** Math.min(attempt - 1, 30)))
}
