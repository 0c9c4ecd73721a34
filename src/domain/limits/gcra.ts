/**
 * The generic cell rate algorithm: a bucket as one instant, the "theoretical arrival time" at which it is full again.
 * Nothing has to run for it to refill, and one number is one write in a shared store.
 */
export interface RateShape {
  /** Milliseconds in which one unit comes back. */
  readonly unitMs: number
  /** Units that may be taken at once. */
  readonly burst: number
}

export type RateOutcome =
  | { readonly isAllowed: true; readonly fullAtMs: number }
  | { readonly isAllowed: false; readonly retryAfterMs: number }

/** What is really asked of a bucket: more than it holds would never be granted, so the whole bucket stands for it. */
export function askable(amount: number, { burst }: RateShape): number {
  return Math.min(amount, burst)
}

export function takeRate(fullAtMs: number, nowMs: number, amount: number, shape: RateShape): RateOutcome {
  const next = Math.max(fullAtMs, nowMs) + askable(amount, shape) * shape.unitMs
  const wait = next - shape.burst * shape.unitMs - nowMs
  // Sums of fractions of a millisecond: a millionth of one decides nothing.
  return wait <= 1e-6 ? { isAllowed: true, fullAtMs: next } : { isAllowed: false, retryAfterMs: wait }
}

/** The bucket once it is known what was really taken instead of what was asked. */
export function settleRate(fullAtMs: number, asked: number, taken: number, shape: RateShape): number {
  return fullAtMs + (taken - askable(asked, shape)) * shape.unitMs
}
