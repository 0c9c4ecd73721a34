import type { Job } from '../../../application/jobs/job-queue.ts'
import type { ShownSchedule } from '../../../application/jobs/start-run.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import type { ListOptions } from '../listing/print-list.ts'
import { inert } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import { listedCommand, oneCommand, pagedCommand, type Common } from './identity.ts'

const lineOf = (item: object): string => {
  const { id, kind, subject, state, attempts, attemptsMax, createdAt, problem } = item as Job
  const why = problem === null ? '' : `  ${problem.message}`
  return inert(`${id}  ${toRfc3339(createdAt)}  ${kind}  ${subject}  ${state} ${attempts}/${attemptsMax}${why}`)
}

type Filter = Pick<InputOf<'listJobs'>, 'kind' | 'subject'>

export function listJobsCommand(
  terminal: Terminal,
  options: ListOptions & Filter & { readonly is?: InputOf<'listJobs'>['state'] },
): Promise<number> {
  const { kind, is, subject } = options
  const input = { kind, state: is, subject }
  return pagedCommand(terminal, options, { operation: 'listJobs', input }, lineOf)
}

export function jobCommand(
  terminal: Terminal,
  id: string,
  options: Common & { readonly operation: 'getJob' | 'retryJob' | 'cancelJob' },
): Promise<number> {
  return oneCommand(terminal, options, { operation: options.operation, input: { id } }, (job) => [
    lineOf(job),
    inert(`  payload: ${JSON.stringify(job['payload'])}`),
  ])
}

export function listSchedulesCommand(terminal: Terminal, options: Common): Promise<number> {
  return listedCommand(terminal, options, { operation: 'listSchedules', input: {} }, (item) => {
    const { id, kind, cron, timezone } = item as ShownSchedule
    return inert(`${id}  ${kind}  ${cron}  ${timezone}`)
  })
}

export function runScheduleCommand(terminal: Terminal, schedule: string, options: Common): Promise<number> {
  return oneCommand(terminal, options, { operation: 'startSuiteRun', input: { schedule } }, (job) => [lineOf(job)])
}
