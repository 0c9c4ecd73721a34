import type { JobSchedule } from '../../application/jobs/job-queue.ts'
import type { RefreshWork, SuiteWork } from '../../application/jobs/payloads.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ScheduleConfig } from '../../contract/server/server-config.ts'

/** The schedules of the configuration as the queue keeps them. No schedule has two of its jobs at a time. */
export function schedulesOf(schedules: readonly ScheduleConfig[]): readonly JobSchedule[] {
  return schedules.map((schedule): JobSchedule => {
    const { id, cron, timezone } = schedule
    return {
      id,
      cron,
      timezone,
      draft: {
        kind: schedule.kind === 'suite' ? 'suite.run' : 'evidence.refresh',
        subject: id,
        payload: workOf(schedule) as unknown as JsonObject,
        singleton: id,
      },
    }
  })
}

function workOf(schedule: ScheduleConfig): SuiteWork | RefreshWork {
  const { id, project, manifest } = schedule
  if (schedule.kind === 'evidence') {
    const { environment, aheadHours, author } = schedule
    return { schedule: id, project, manifest, environment, aheadHours, author }
  }
  const { system, suite, target = null, trials = null, seed = null, shards, concurrency } = schedule
  return { schedule: id, project, manifest, system, suite, target, trials, seed, shards, concurrency }
}
