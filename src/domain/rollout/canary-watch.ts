import type { CanaryStop } from './rollout.ts'

/** How a canary fares: a value, begun anew with each window. */
export interface CanaryState {
  readonly windowStartMs: number
  readonly calls: number
  readonly failures: number
  /** Taken back; nothing but another rollout takes that back. */
  readonly isStopped: boolean
}

export const CANARY_UNSEEN: CanaryState = { windowStartMs: 0, calls: 0, failures: 0, isStopped: false }

export function countCanary(state: CanaryState, isFailure: boolean, stop: CanaryStop, nowMs: number): CanaryState {
  const isOver = nowMs - state.windowStartMs >= stop.windowMs
  const base = isOver || state.calls === 0 ? { ...CANARY_UNSEEN, windowStartMs: nowMs } : state
  const calls = base.calls + 1
  const failures = base.failures + (isFailure ? 1 : 0)
  const isAlarm = calls >= stop.callsMin && failures * 100 >= stop.failuresPercent * calls
  return { windowStartMs: base.windowStartMs, calls, failures, isStopped: state.isStopped || isAlarm }
}
