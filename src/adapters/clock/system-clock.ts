import { epochMs, type Clock } from '../../base/instant.ts'

export const systemClock: Clock = () => epochMs(Date.now())

/** Milliseconds since an arbitrary start, for durations only: never goes back. */
export const monotonicMs = (): number => performance.now()
