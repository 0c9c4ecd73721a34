import { z } from 'zod'
import { JOB_KINDS } from '../../../application/jobs/job-kinds.ts'
import { JOB_STATES } from '../../../application/jobs/job-queue.ts'
import { cursor, document, id, items, limit, operation, pageOfItems } from '../operation.ts'

/** Queued work. */
export const JOBS_OPERATIONS = {
  listJobs: operation({
    method: 'GET',
    path: '/jobs',
    summary: 'Queued work, newest first: what waits, runs, is done, and what died',
    access: 'jobs',
    input: z.object({
      kind: z.enum(JOB_KINDS).optional(),
      state: z.enum(JOB_STATES).optional(),
      // PostgreSQL has no room for a null byte, and no job has one in its subject.
      subject: z
        .string()
        .min(1)
        .max(200)
        .refine((value) => !value.includes('\0'), 'a subject has no null byte')
        .optional(),
      limit,
      cursor,
    }),
    output: pageOfItems,
  }),
  getJob: operation({
    method: 'GET',
    path: '/jobs/{id}',
    summary: 'One job, with the problem of its last failed attempt',
    access: 'jobs',
    input: z.object({ id }),
    output: document,
  }),
  listSchedules: operation({
    method: 'GET',
    path: '/schedules',
    summary: 'Schedules of the configuration, by name',
    access: 'jobs',
    input: z.object({}),
    output: items,
  }),
  startSuiteRun: operation({
    method: 'POST',
    path: '/schedules/{schedule}/runs',
    summary: 'Run the suite of a schedule now; the run itself is an event when it begins and when it ends',
    access: 'engineer',
    input: z.object({ schedule: id }),
    output: document,
  }),
  retryJob: operation({
    method: 'POST',
    path: '/jobs/{id}/retry',
    summary: 'Give a dead job another attempt',
    access: 'jobs',
    input: z.object({ id }),
    output: document,
  }),
  cancelJob: operation({
    method: 'POST',
    path: '/jobs/{id}/cancel',
    summary: 'Take a job back that has not ended',
    access: 'jobs',
    input: z.object({ id }),
    output: document,
  }),
} as const
