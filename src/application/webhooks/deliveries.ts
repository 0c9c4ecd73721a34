import { ok, type Problem, type Result } from '../../base/result.ts'
import { JOBS_LISTED_MAX, type Job, type JobQueue } from '../jobs/job-queue.ts'
import { getJob } from '../jobs/manage-jobs.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { activeWebhook } from './webhooks.ts'

/** Queues a delivery that stands for no event. */
export async function testDelivery(
  node: Pick<OwnerNode, 'store' | 'newId'>,
  queue: JobQueue,
  id: string,
): Promise<Result<Job, Problem>> {
  const webhook = await activeWebhook(node, id)
  if (!webhook.ok) return webhook
  const added = await queue.enqueue({
    kind: 'webhook.deliver',
    subject: id,
    payload: { isTest: true },
    key: `${id}/test/${node.newId()}`,
  })
  return added.ok ? getJob(queue, added.value.id ?? '') : added
}

/** Every dead delivery gets another attempt, oldest page last; what dies meanwhile is for the next call. */
export async function replayDeliveries(
  node: Pick<OwnerNode, 'store'>,
  queue: JobQueue,
  id: string,
): Promise<Result<{ readonly replayed: number }, Problem>> {
  const webhook = await activeWebhook(node, id)
  if (!webhook.ok) return webhook
  let replayed = 0
  let after: { at: Job['createdAt']; id: string } | undefined
  for (;;) {
    const page = await queue.list({
      kind: 'webhook.deliver',
      subject: id,
      state: 'dead',
      limit: JOBS_LISTED_MAX,
      after,
    })
    for (const job of page) if (await queue.retry(job)) replayed += 1
    const last = page.at(-1)
    if (last === undefined || page.length < JOBS_LISTED_MAX) return ok({ replayed })
    after = { at: last.createdAt, id: last.id }
  }
}
