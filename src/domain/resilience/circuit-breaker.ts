/** When a breaker opens, and for how long. */
export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly failuresMax: number
  /** Milliseconds without a call; then one call tries. */
  readonly openMs: number
}

/** The state of one breaker: a value; instants are milliseconds of one clock that never goes back. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number }
  /** One call is out to try; everything else is refused until it has come back. */
  | { readonly kind: 'trying' }

export const CLOSED: BreakerState = { kind: 'closed', failures: 0 }

/** Whether a call may start now, and the state from then on. */
export function admitCall(
  state: BreakerState,
  nowMs: number,
): { readonly isAdmitted: boolean; readonly state: BreakerState } {
  switch (state.kind) {
    case 'closed':
      return { isAdmitted: true, state }
    case 'open':
      return nowMs < state.untilMs ? { isAdmitted: false, state } : { isAdmitted: true, state: { kind: 'trying' } }
    case 'trying':
      return { isAdmitted: false, state }
  }
}

/**
 * The state after an admitted call. `neutral` (the caller went away, or the input was to blame) says nothing about the
 * service: it neither counts nor clears, and a try that ends so leaves the next call to try.
 */
export function afterCall(
  state: BreakerState,
  outcome: 'good' | 'bad' | 'neutral',
  policy: BreakerPolicy,
  nowMs: number,
): BreakerState {
  // A call that began before the breaker opened comes back late: the open state stands.
  if (state.kind === 'open') return state
  if (outcome === 'good') return CLOSED
  if (outcome === 'neutral') return state.kind === 'trying' ? { kind: 'open', untilMs: nowMs } : state
  const failures = state.kind === 'closed' ? state.failures + 1 : policy.failuresMax
  return failures >= policy.failuresMax
    ? { kind: 'open', untilMs: nowMs + policy.openMs }
    : { kind: 'closed', failures }
}
