import type { JsonObject } from '../../base/json.ts'
import type { Observation, SuiteCase } from '../../domain/evaluation/suite.ts'

export const FAILURE_KINDS = [
  'rate-limited',
  'unavailable',
  'timeout',
  'unauthorized',
  'rejected',
  'malformed',
  'crashed',
  'not-recorded',
  'interrupted',
] as const
/**
 * Why a trial has no observation. `rate-limited`, `unavailable` and `timeout` may pass: they are tried again, within bounds.
 * `unauthorized` ends the run: no further case would fare better. The others are this case's own.
 */
export type FailureKind = (typeof FAILURE_KINDS)[number]

export interface TargetFailure {
  readonly kind: FailureKind
  readonly message: string
  /** When the provider said how long to wait. */
  readonly retryAfterMs?: number | undefined
}

export type TrialOutcome =
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'failed'; readonly failure: TargetFailure }

export interface TrialRequest {
  readonly suiteCase: SuiteCase
  /** 0 for the first trial of the case. */
  readonly trial: number
}

/** Whatever answers the cases of a suite. */
export interface TrialTarget {
  /** What it is, without secrets: bound to the run, so that a resumed run asks the same. */
  readonly identity: JsonObject
  readonly isSimulated: boolean
  /** Expected failures are outcomes; what it throws is a crash of the target. */
  run(request: TrialRequest, signal: AbortSignal): Promise<TrialOutcome>
  close(): Promise<void>
}
