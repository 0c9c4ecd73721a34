import { admitCall, afterCall, CLOSED, type BreakerState } from '../../../domain/resilience/circuit-breaker.ts'
import { countOutlier, isEjected, UNSEEN, type OutlierState } from '../../../domain/resilience/outlier-ejection.ts'
import { transportFailure } from './transport-failure.ts'
import type { TransportFailure } from './transport.ts'
import type { UpstreamOptions } from './upstream-options.ts'

/** Longest pause that a provider's `retry-after` can bring about. */
const COOL_DOWN_MAX_MS = 60_000

export type CallEnd = 'good' | 'bad' | 'neutral'

/** What the last calls of one model at one upstream say about the next: another model there may be well, and has a rate of its own. */
export class ModelCondition {
  readonly #policy: Pick<UpstreamOptions, 'breaker' | 'outlier'>
  #breaker: BreakerState = CLOSED
  #outlier: OutlierState = UNSEEN
  #coolUntilMs = 0
  /** Status by which the gateway itself was refused last; null: it was answered since. */
  refusedStatus: number | null = null

  constructor(policy: Pick<UpstreamOptions, 'breaker' | 'outlier'>) {
    this.#policy = policy
  }

  get breaker(): BreakerState['kind'] {
    return this.#breaker.kind
  }

  isEjected(now: number): boolean {
    return isEjected(this.#outlier, now)
  }

  coolsDownForMs(now: number): number {
    return Math.max(0, this.#coolUntilMs - now)
  }

  /** Why no call may start now, or undefined; a breaker that lets one call try counts this one. */
  admit(isEjectionIgnored: boolean, now: number): TransportFailure | undefined {
    if (now < this.#coolUntilMs) return transportFailure('upstream/cooling-down', this.#coolUntilMs - now)
    if (!isEjectionIgnored && this.isEjected(now))
      return transportFailure('upstream/ejected', this.#outlier.ejectedUntilMs - now)
    const { isAdmitted, state } = admitCall(this.#breaker, now)
    this.#breaker = state
    return isAdmitted ? undefined : circuitOpen(state, now)
  }

  count(end: CallEnd, now: number): void {
    this.#breaker = afterCall(this.#breaker, end, this.#policy.breaker, now)
    if (end !== 'neutral') this.#outlier = countOutlier(this.#outlier, end === 'bad', this.#policy.outlier, now)
    if (end === 'good') this.refusedStatus = null
  }

  /** A storm of 429 ends sooner when nobody asks during the pause that the provider named. */
  coolDown(retryAfter: string | undefined, now: number): void {
    const seconds = Number(retryAfter)
    if (retryAfter === undefined || !Number.isFinite(seconds) || seconds <= 0) return
    this.#coolUntilMs = now + Math.min(COOL_DOWN_MAX_MS, seconds * 1_000)
  }
}

export function circuitOpen(state: BreakerState, now: number): TransportFailure {
  return transportFailure('upstream/circuit-open', state.kind === 'open' ? state.untilMs - now : 1_000)
}
