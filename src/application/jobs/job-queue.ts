import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { PagePosition } from '../state/records.ts'
import type { JobKind } from './job-kinds.ts'

/** Larger work is passed by reference. */
export const PAYLOAD_BYTES_MAX = 65_536
export const JOBS_LISTED_MAX = 200

export const JOB_STATES = ['waiting', 'running', 'done', 'dead', 'cancelled'] as const
/** `dead`: every attempt failed, or the handler said that no further one can help. */
export type JobState = (typeof JOB_STATES)[number]

export interface JobDraft {
  readonly kind: JobKind
  /** What the work is about: a webhook, a run, a schedule. */
  readonly subject: string
  readonly payload: JsonObject
  /** The same key is the same job for as long as it is kept, also after its end: a second draft changes nothing. */
  readonly key?: string | undefined
  /** While a job of the kind with this name waits or runs, no other is taken. */
  readonly singleton?: string | undefined
  readonly afterSeconds?: number | undefined
}

export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly subject: string
  readonly payload: JsonObject
  readonly state: JobState
  readonly attempts: number
  readonly attemptsMax: number
  readonly createdAt: EpochMs
  /** Not before this; behind it while retries wait. */
  readonly startAfter: EpochMs
  readonly endedAt: EpochMs | null
  /** Of the last attempt that failed. */
  readonly problem: { readonly code: string; readonly message: string } | null
}

/** `again`: a retry may help. `dead`: none can. */
export type JobOutcome = { readonly kind: 'done' } | { readonly kind: 'again' | 'dead'; readonly problem: Problem }

export interface RunningJob {
  readonly id: string
  readonly subject: string
  readonly payload: JsonObject
  /** 1 for the first. */
  readonly attempt: number
  /** Aborted when the attempt has taken too long or the worker stops. */
  readonly signal: AbortSignal
}

export type JobHandler = (job: RunningJob) => Promise<JobOutcome>

export interface JobFilter {
  readonly kind?: JobKind | undefined
  readonly subject?: string | undefined
  readonly state?: JobState | undefined
  readonly after?: PagePosition | undefined
  /** 1 to `JOBS_LISTED_MAX`; newest first. */
  readonly limit?: number | undefined
}

export interface JobSchedule {
  readonly id: string
  /** Five fields, minutes first. */
  readonly cron: string
  readonly timezone: string
  readonly draft: JobDraft
}

/** The jobs of one organization. At least once: what a worker that died had in hand runs again at another. */
export interface JobQueue {
  /** `isNew` is false when the key or the singleton is taken; `id` is then null where the holder has another key. */
  enqueue(draft: JobDraft): Promise<Result<{ readonly id: string | null; readonly isNew: boolean }, Problem>>
  get(id: string): Promise<Job | undefined>
  list(filter: JobFilter): Promise<readonly Job[]>
  /** Another attempt of a dead job; false when it is not dead. */
  retry(job: Pick<Job, 'id' | 'kind'>): Promise<boolean>
  /** False when it has ended. What runs goes on to its end, which then counts for nothing. */
  cancel(job: Pick<Job, 'id' | 'kind'>): Promise<boolean>
  /** Takes jobs of a kind from now on. */
  work(kind: JobKind, handler: JobHandler): Promise<void>
  /** These schedules and no others, on all workers. */
  schedule(schedules: readonly JobSchedule[]): Promise<Result<null, Problem>>
  /** The schedules that are kept. */
  schedules(): Promise<readonly JobSchedule[]>
  /** Stops taking jobs and waits for those in hand, as long as the grace lasts. */
  close(): Promise<void>
}
