/** When an upstream that fails more than the others is left out. */
export interface OutlierPolicy {
  readonly windowMs: number
  /** Calls in the window below which its rate says nothing. */
  readonly callsMin: number
  /** Share of failed calls from which it is left out, in percent. */
  readonly failuresPercent: number
  readonly ejectMs: number
}

/** Calls of the running window and of the one before; a value. */
export interface OutlierState {
  readonly windowStartMs: number
  readonly calls: number
  readonly failures: number
  readonly previousCalls: number
  readonly previousFailures: number
  readonly ejectedUntilMs: number
}

export const UNSEEN: OutlierState = {
  windowStartMs: 0,
  calls: 0,
  failures: 0,
  previousCalls: 0,
  previousFailures: 0,
  ejectedUntilMs: 0,
}

function rolled(state: OutlierState, nowMs: number, { windowMs }: OutlierPolicy): OutlierState {
  const age = nowMs - state.windowStartMs
  if (age < windowMs) return state
  const isNext = age < 2 * windowMs
  return {
    windowStartMs: nowMs,
    calls: 0,
    failures: 0,
    previousCalls: isNext ? state.calls : 0,
    previousFailures: isNext ? state.failures : 0,
    ejectedUntilMs: state.ejectedUntilMs,
  }
}

/** The state after one call; an upstream over the line is ejected and starts anew afterwards. */
export function countOutlier(
  state: OutlierState,
  isFailure: boolean,
  policy: OutlierPolicy,
  nowMs: number,
): OutlierState {
  const current = rolled(state, nowMs, policy)
  const counted = {
    ...current,
    calls: current.calls + 1,
    failures: current.failures + (isFailure ? 1 : 0),
  }
  const calls = counted.calls + counted.previousCalls
  const failures = counted.failures + counted.previousFailures
  const isOver = isFailure && calls >= policy.callsMin && failures * 100 >= policy.failuresPercent * calls
  return isOver ? { ...UNSEEN, windowStartMs: nowMs, ejectedUntilMs: nowMs + policy.ejectMs } : counted
}

export function isEjected(state: OutlierState, nowMs: number): boolean {
  return nowMs < state.ejectedUntilMs
}
