/** Work that is queued, by the name of its handler. */
export const JOB_KINDS = [
  'webhook.deliver',
  'suite.run',
  'evaluation.shard',
  'evaluation.merge',
  'evidence.refresh',
  'escalations.sweep',
  'upgrade.run',
] as const
export type JobKind = (typeof JOB_KINDS)[number]

export interface JobPolicy {
  /** After the first attempt. */
  readonly retries: number
  /** Doubles with each retry, with jitter, up to `delaySecondsMax`. */
  readonly delaySeconds: number
  readonly delaySecondsMax: number
  /** An attempt that takes longer counts as failed. */
  readonly attemptSecondsMax: number
  /** How many takers of the kind one worker has. */
  readonly concurrency: number
  /** Jobs that one taker runs together; behind a full batch the next is taken at once. */
  readonly batch?: number
}

const DAY_SECONDS = 86_400
/** Jobs that came to their end are kept so long: dead ones to be looked at and tried again, all to refuse a repeated key. */
export const JOB_KEPT_SECONDS = 30 * DAY_SECONDS
/** A job that nobody takes is dropped after this. */
export const JOB_WAITING_SECONDS_MAX = 30 * DAY_SECONDS
/** A worker that says nothing for so long is taken for dead, and its jobs are given to others. */
export const JOB_HEARTBEAT_SECONDS = 10

/** Every handler may run more than once for a job: a worker can die between the work and the word that it is done. */
export const JOB_POLICIES: Readonly<Record<JobKind, JobPolicy>> = {
  // Retries over three days, which outlast a weekend's outage of a receiver.
  'webhook.deliver': {
    retries: 16,
    delaySeconds: 5,
    delaySecondsMax: 6 * 3_600,
    attemptSecondsMax: 60,
    concurrency: 2,
    batch: 8,
  },
  'suite.run': { retries: 5, delaySeconds: 10, delaySecondsMax: 600, attemptSecondsMax: 600, concurrency: 1 },
  'evaluation.shard': {
    retries: 10,
    delaySeconds: 5,
    delaySecondsMax: 600,
    attemptSecondsMax: 6 * 3_600,
    concurrency: 1,
  },
  'evaluation.merge': { retries: 10, delaySeconds: 5, delaySecondsMax: 600, attemptSecondsMax: 1_800, concurrency: 1 },
  'evidence.refresh': {
    retries: 5,
    delaySeconds: 30,
    delaySecondsMax: 3_600,
    attemptSecondsMax: 6 * 3_600,
    concurrency: 1,
  },
  'escalations.sweep': { retries: 5, delaySeconds: 10, delaySecondsMax: 600, attemptSecondsMax: 300, concurrency: 1 },
  'upgrade.run': { retries: 3, delaySeconds: 60, delaySecondsMax: 3_600, attemptSecondsMax: 6 * 3_600, concurrency: 1 },
}
