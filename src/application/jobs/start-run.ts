import { fail, type Problem, type Result } from '../../base/result.ts'
import { personOf } from '../governance/rights.ts'
import type { Principal } from '../state/owner-node.ts'
import type { Job, JobQueue, JobSchedule } from './job-queue.ts'
import { getJob } from './manage-jobs.ts'

/** A schedule as people see it: not where its files lie. */
export type ShownSchedule = Pick<JobSchedule, 'id' | 'cron' | 'timezone'> & { readonly kind: string }

export async function listSchedules(queue: JobQueue): Promise<readonly ShownSchedule[]> {
  const schedules = await queue.schedules()
  return schedules
    .map(({ id, cron, timezone, draft }) => ({ id, kind: draft.kind, cron, timezone }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/**
 * Runs the suite of a schedule now. SECURITY: only what the operator's configuration names can be run; a caller gives no
 * path, no target and no command. Who asked for it stands in the ledger when the run begins.
 */
export async function startSuiteRun(
  queue: JobQueue,
  principal: Principal,
  schedule: string,
): Promise<Result<Job, Problem>> {
  const found = (await queue.schedules()).find(({ id, draft }) => id === schedule && draft.kind === 'suite.run')
  if (found === undefined)
    return fail({
      code: 'job/no-schedule',
      message: `no schedule \`${schedule}\` runs a suite`,
      next: 'see `gatehouse jobs schedules`; they are written in the configuration of `gatehouse serve`',
    })
  const payload = { ...found.draft.payload, startedBy: personOf(principal) }
  const added = await queue.enqueue({ ...found.draft, payload })
  if (!added.ok) return added
  if (!added.value.isNew || added.value.id === null)
    return fail({
      code: 'job/schedule-busy',
      message: `a run of \`${schedule}\` waits or begins already`,
      next: `gatehouse jobs list --subject ${schedule}`,
    })
  return getJob(queue, added.value.id)
}
