import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { cursorOf, positionOf } from '../state/page-cursor.ts'
import type { Job, JobFilter, JobQueue } from './job-queue.ts'

const PAGE_DEFAULT = 50
const PAGE_MAX = 199

export interface JobsPage {
  readonly items: readonly Job[]
  readonly nextCursor: string | null
}

export async function listJobs(
  queue: JobQueue,
  { cursor, limit = PAGE_DEFAULT, ...filter }: Omit<JobFilter, 'after'> & { readonly cursor?: string | undefined },
): Promise<JobsPage> {
  const wanted = Math.min(limit, PAGE_MAX)
  const after = cursor === undefined ? undefined : positionOf(cursor)
  // One more than the page holds says whether there is a next one.
  const jobs = await queue.list({ ...filter, after, limit: wanted + 1 })
  const items = jobs.slice(0, wanted)
  const last = items.at(-1)
  const hasMore = last !== undefined && jobs.length > wanted
  return { items, nextCursor: hasMore ? cursorOf({ at: last.createdAt, id: last.id }) : null }
}

export async function getJob(queue: JobQueue, id: string): Promise<Result<Job, Problem>> {
  const job = await queue.get(id)
  return job === undefined
    ? fail({ code: 'job/unknown', message: `no job \`${id}\` is kept`, next: 'gatehouse jobs list' })
    : ok(job)
}

export async function retryJob(queue: JobQueue, id: string): Promise<Result<Job, Problem>> {
  const job = await getJob(queue, id)
  if (!job.ok) return job
  if (await queue.retry(job.value)) return getJob(queue, id)
  return fail({
    code: 'job/not-dead',
    message: `job \`${id}\` is ${job.value.state}`,
    next: 'only a dead job is tried again',
  })
}

export async function cancelJob(queue: JobQueue, id: string): Promise<Result<Job, Problem>> {
  const job = await getJob(queue, id)
  if (!job.ok) return job
  if (await queue.cancel(job.value)) return getJob(queue, id)
  return fail({
    code: 'job/ended',
    message: `job \`${id}\` is ${job.value.state}`,
    next: 'nothing is left to take back',
  })
}
