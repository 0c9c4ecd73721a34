import { cancelJob, getJob, listJobs, retryJob } from '../../../application/jobs/manage-jobs.ts'
import { ok } from '../../../base/result.ts'
import type { JOBS_OPERATIONS } from '../../../contract/http/operations/jobs.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Queued work. */
export const JOBS_HANDLERS: HandlersOf<typeof JOBS_OPERATIONS> = {
  listJobs: async ({ node }, _, input) => ok(await listJobs(await node.jobs(), input)),
  getJob: async ({ node }, _, { id }) => getJob(await node.jobs(), id),
  retryJob: async ({ node }, _, { id }) => retryJob(await node.jobs(), id),
  cancelJob: async ({ node }, _, { id }) => cancelJob(await node.jobs(), id),
}
