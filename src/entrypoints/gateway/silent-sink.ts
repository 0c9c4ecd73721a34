import type { DecisionSink } from './gateway-ports.ts'

/** A sink that keeps nothing: the evidence of a check is its result, not the requests that it made. */
export function silentSink(): DecisionSink {
  const kept = Promise.resolve({ kept: true } as const)
  return {
    intent: () => kept,
    outcome: () => kept,
    report: () => kept,
    shadow: () => kept,
    health: () => ({ problem: undefined, gaps: 0, isGapAllowed: false, unshipped: 0, refused: 0, bytes: 0 }),
  }
}
