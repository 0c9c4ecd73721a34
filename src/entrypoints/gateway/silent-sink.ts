import type { DecisionSink } from './gateway-ports.ts'

/** A sink that keeps nothing: the evidence of a check is its result, not the requests that it made. */
export function silentSink(): DecisionSink {
  const kept = { kept: true } as const
  return {
    intent: async () => kept,
    outcome: async () => kept,
    report: async () => kept,
    shadow: async () => kept,
    health: () => ({ problem: undefined, gaps: 0, isGapAllowed: false, unshipped: 0, refused: 0, bytes: 0 }),
  }
}
