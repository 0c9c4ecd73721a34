import { SECOND_MS } from '../../base/instant.ts'
import type { AdaptiveSlots } from './adaptive-slots.ts'
import type { FailureKind, TargetFailure, TrialOutcome, TrialRequest, TrialTarget } from './trial-target.ts'

/** Time and chance of a run; none of it reaches the report. */
export interface RunClock {
  monotonicMs(): number
  /** Resolves early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Spreads retries, so that those refused together do not come back together. */
  random(): number
}

export interface RetryPolicy {
  /** Tries of one trial, the first included. */
  readonly attemptsMax: number
  /** Longest wait that a provider may ask for. */
  readonly retryAfterMaxMs: number
}

export const RETRY_DEFAULT: RetryPolicy = { attemptsMax: 5, retryAfterMaxMs: 120 * SECOND_MS }

const TRANSIENT: ReadonlySet<FailureKind> = new Set(['rate-limited', 'unavailable', 'timeout'])
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 30 * SECOND_MS
const WHY_CHARS_MAX = 300
/** Retries that a run may make: so many, and a share of its trials. A target that is down is not asked five times for each case. */
const RETRIES_FREE = 50
const RETRY_SHARE_MAX = 0.2

/** Retries that are left to a run, and the moment before which nothing may be sent. */
export class RetryBudget {
  #retries = 0
  #trials = 0
  #quietUntilMs = 0

  trialStarted(): void {
    this.#trials += 1
  }

  take(): boolean {
    if (this.#retries >= RETRIES_FREE + this.#trials * RETRY_SHARE_MAX) return false
    this.#retries += 1
    return true
  }

  get retries(): number {
    return this.#retries
  }

  /** A provider's wait holds for every trial, not only for the one that it answered. */
  quietUntil(ms: number): void {
    this.#quietUntilMs = Math.max(this.#quietUntilMs, ms)
  }

  waitMs(nowMs: number): number {
    return Math.max(0, this.#quietUntilMs - nowMs)
  }
}

export interface AttemptPorts {
  readonly target: TrialTarget
  readonly clock: RunClock
  readonly slots: AdaptiveSlots
  readonly retries: RetryBudget
  readonly policy: RetryPolicy
  readonly signal: AbortSignal
}

/** Runs one trial, again where its failure may pass. */
export async function attemptTrial(request: TrialRequest, ports: AttemptPorts): Promise<TrialOutcome> {
  const { clock, slots, retries, policy, signal } = ports
  retries.trialStarted()
  for (let attempt = 1; ; attempt++) {
    const quietMs = retries.waitMs(clock.monotonicMs())
    if (quietMs > 0) await clock.sleep(quietMs, signal)
    if (signal.aborted) return interrupted()
    const outcome = await runOnce(request, ports)
    if (outcome.kind === 'observed') {
      slots.succeeded()
      return outcome
    }
    const { failure } = outcome
    if (failure.kind === 'rate-limited') slots.refused()
    if (!TRANSIENT.has(failure.kind) || attempt >= policy.attemptsMax || signal.aborted) return outcome
    if (failure.retryAfterMs !== undefined && failure.retryAfterMs > policy.retryAfterMaxMs)
      return withWhy(failure, `asks to wait ${Math.ceil(failure.retryAfterMs / SECOND_MS)} s, longer than allowed`)
    if (!retries.take()) return withWhy(failure, 'and the run has no retries left')
    const waitMs = failure.retryAfterMs ?? backoffMs(attempt, clock.random())
    if (failure.kind === 'rate-limited' || failure.retryAfterMs !== undefined)
      retries.quietUntil(clock.monotonicMs() + waitMs)
    else await clock.sleep(waitMs, signal)
  }
}

async function runOnce(request: TrialRequest, { target, signal }: AttemptPorts): Promise<TrialOutcome> {
  try {
    return await target.run(request, signal)
  } catch (error) {
    if (signal.aborted) return interrupted()
    // The target is the user's code: whatever it throws means that this case has no verdict.
    const message = (error instanceof Error ? error.message : String(error)).slice(0, WHY_CHARS_MAX)
    return { kind: 'failed', failure: { kind: 'crashed', message } }
  }
}

function interrupted(): TrialOutcome {
  return { kind: 'failed', failure: { kind: 'interrupted', message: 'interrupted' } }
}

function withWhy(failure: TargetFailure, why: string): TrialOutcome {
  return { kind: 'failed', failure: { ...failure, message: `${failure.message}; ${why}`.slice(0, WHY_CHARS_MAX) } }
}

/** Exponential with full jitter between a half and the whole. */
function backoffMs(attempt: number, chance: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1)) * (0.5 + chance / 2)
}
