import { takeRate, type RateShape } from '../../domain/limits/gcra.ts'

/** Reports of one user, or of one key without a user, and of one key in all. */
const PER_REPORTER: RateShape = { unitMs: 12_000, burst: 5 }
const PER_KEY: RateShape = { unitMs: 500, burst: 120 }
const KEYS_MAX = 20_000

/** Lets complaints through as often as people make them. Gives milliseconds to wait, or 0. */
export type ReportGate = (key: string, reporter: string) => number

export function reportGate(monotonicMs: () => number): ReportGate {
  const fullAt = new Map<string, number>()
  const take = (key: string, shape: RateShape, now: number): number => {
    const taken = takeRate(fullAt.get(key) ?? 0, now, 1, shape)
    if (!taken.isAllowed) return taken.retryAfterMs
    fullAt.delete(key)
    fullAt.set(key, taken.fullAtMs)
    if (fullAt.size > KEYS_MAX) fullAt.delete(fullAt.keys().next().value ?? '')
    return 0
  }
  return (key, reporter) => {
    const now = monotonicMs()
    const wait = take(`${key}\n${reporter}`, PER_REPORTER, now)
    return wait > 0 ? wait : take(key, PER_KEY, now)
  }
}
