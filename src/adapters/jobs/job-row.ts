import type { JobKind } from '../../application/jobs/job-kinds.ts'
import type { Job, JobState } from '../../application/jobs/job-queue.ts'
import { epochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { CREATED_MS } from './job-schema.ts'

/** Columns of the library's table that a job is read from. */
export interface JobRow {
  readonly id: string
  readonly kind: JobKind
  readonly data: { readonly subject: string; readonly payload: JsonObject }
  readonly state: keyof typeof STATES
  readonly retries: number
  readonly retries_max: number
  readonly has_started: boolean
  readonly created_ms: string | number | bigint
  readonly start_ms: string | number | bigint
  readonly ended_ms: string | number | bigint | null
  readonly output: { readonly code?: string; readonly message?: string } | null
}

const inMs = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::int8`

export const JOB_ROW = `id, name as kind, data, state::text as state, retry_count as retries, retry_limit as retries_max,
  started_on is not null as has_started, ${CREATED_MS} as created_ms, ${inMs('start_after')} as start_ms,
  ${inMs('completed_on')} as ended_ms, output`

const STATES = {
  created: 'waiting',
  retry: 'waiting',
  active: 'running',
  completed: 'done',
  failed: 'dead',
  cancelled: 'cancelled',
} as const satisfies Readonly<Record<string, JobState>>

export function rawStateOf(state: JobState): readonly string[] {
  return Object.entries(STATES).flatMap(([raw, ours]) => (ours === state ? [raw] : []))
}

export function jobOf(row: JobRow): Job {
  const state = STATES[row.state]
  const { code, message } = row.output ?? {}
  return {
    id: row.id,
    kind: row.kind,
    subject: row.data.subject,
    payload: row.data.payload,
    state,
    attempts: row.has_started ? row.retries + 1 : 0,
    attemptsMax: row.retries_max + 1,
    createdAt: epochMs(Number(row.created_ms)),
    startAfter: epochMs(Number(row.start_ms)),
    endedAt: row.ended_ms === null ? null : epochMs(Number(row.ended_ms)),
    // What the library itself says of a worker that fell silent has no code of ours.
    problem:
      state === 'done' || row.output === null
        ? null
        : { code: code ?? 'job/interrupted', message: message ?? 'the worker fell silent or took too long' },
  }
}
