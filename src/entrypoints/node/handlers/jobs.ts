import { cancelJob, getJob, listJobs, retryJob } from '../../../application/jobs/manage-jobs.ts'
import { listSchedules, startSuiteRun } from '../../../application/jobs/start-run.ts'
import { ok } from '../../../base/result.ts'
import type { JOBS_OPERATIONS } from '../../../contract/http/operations/jobs.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Queued work. */
export const JOBS_HANDLERS: HandlersOf<typeof JOBS_OPERATIONS> = {
  listJobs: async ({ node }, _, input) => ok(await listJobs(await node.jobs(), input)),
  getJob: async ({ node }, _, { id }) => getJob(await node.jobs(), id),
  listSchedules: async ({ node }) => ok({ items: await listSchedules(await node.jobs()) }),
  startSuiteRun: async ({ node }, principal, { schedule }) => startSuiteRun(await node.jobs(), principal, schedule),
  retryJob: async ({ node }, _, { id }) => retryJob(await node.jobs(), id),
  cancelJob: async ({ node }, _, { id }) => cancelJob(await node.jobs(), id),
}
