import { httpSender } from '../../adapters/webhooks/http-sender.ts'
import { raiseEscalations } from '../../application/governance/raise-escalations.ts'
import { escalationPage } from '../../application/governance/escalations.ts'
import type { JobHandler, JobOutcome, JobQueue, JobSchedule } from '../../application/jobs/job-queue.ts'
import type { JobKind } from '../../application/jobs/job-kinds.ts'
import { deliver, type SendWebhook } from '../../application/webhooks/deliver.ts'
import { fanOut } from '../../application/webhooks/fan-out.ts'
import { MINUTE_MS } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { queueProblem } from '../node/lazy-queue.ts'
import { every } from '../server/every.ts'
import { schedulesOf } from './schedules.ts'
import { watchUpgrades } from './watch-upgrades.ts'
import type { WorkerPorts } from './worker-ports.ts'

/** An entry makes webhooks be looked at; where that was missed, this does. */
const FAN_OUT_MS = 5_000
const ESCALATIONS_MS = 15 * MINUTE_MS

/**
 * Takes jobs from now on, makes jobs of what happens, and keeps the schedules of the configuration. The queue is opened
 * when there is something for it: a state that has no webhook, schedule or job never has its tables.
 */
export async function startWorker(ports: WorkerPorts): Promise<Result<AsyncDisposable, Problem>> {
  const { node, config } = ports
  const sender = httpSender(config?.webhooks?.network ?? 'public')
  const stack = new AsyncDisposableStack()
  stack.use(sender)
  let taking: Promise<void> = Promise.resolve()
  node.queue.onOpen((queue) => {
    taking = takeJobs(queue, handlersOf(ports, sender.send)).catch((error: unknown) =>
      node.report('jobs cannot be taken', error),
    )
  })
  const schedules = schedulesOf(config?.schedules ?? [])
  const kept = await keepSchedules(node, schedules)
  if (!kept.ok) {
    await taking
    await stack.disposeAsync()
    return kept
  }
  stack.use(fanOutLoop(ports))
  stack.use(watchUpgrades(ports))
  stack.use(
    every(
      ESCALATIONS_MS,
      async () => {
        if ((await escalationPage(node, { limit: 1 })).items.length === 0) return
        await (await node.jobs()).enqueue({ kind: 'escalations.sweep', subject: 'all', payload: {}, singleton: 'all' })
      },
      (error) => node.report('overdue decisions could not be looked up', error),
    ),
  )
  stack.defer(() => taking)
  return ok(stack)
}

async function keepSchedules(
  node: WorkerPorts['node'],
  schedules: readonly JobSchedule[],
): Promise<Result<null, Problem>> {
  if (schedules.length === 0 && !(await node.queue.isThere())) return ok(null)
  try {
    return await (await node.jobs()).schedule(schedules)
  } catch (error) {
    // A database that does not let its owner make the queue's tables, most often.
    return fail(queueProblem(error))
  }
}

function handlersOf(ports: WorkerPorts, send: SendWebhook): Readonly<Record<JobKind, JobHandler>> {
  const { node } = ports
  return {
    'webhook.deliver': (job) => deliver(node, send, job),
    // Loaded when there is such work: targets and the guard take a hundred megabytes.
    'suite.run': async (job) => (await import('./evaluation-jobs.ts')).runSuiteJob(ports, job),
    'evaluation.shard': async (job) => (await import('./evaluation-jobs.ts')).runShardJob(ports, job),
    'evaluation.merge': async (job) => (await import('./evaluation-jobs.ts')).mergeJob(ports, job),
    'evidence.refresh': async (job) => (await import('./refresh-job.ts')).refreshJob(ports, job),
    'upgrade.run': async (job) => (await import('./upgrade-job.ts')).upgradeJob(ports, job),
    'escalations.sweep': async () => outcomeOf(await raiseEscalations(node)),
  }
}

const outcomeOf = (result: Result<unknown, Problem>): JobOutcome =>
  result.ok ? { kind: 'done' } : { kind: 'again', problem: result.failure }

async function takeJobs(queue: JobQueue, handlers: Readonly<Record<JobKind, JobHandler>>): Promise<void> {
  for (const [kind, handler] of Object.entries(handlers)) await queue.work(kind as JobKind, handler)
}

/** Never twice at a time here; an entry that comes meanwhile makes one more turn. */
function fanOutLoop({ node }: WorkerPorts): AsyncDisposable {
  let running: Promise<void> | undefined
  let isAsked = false
  // Entries are many and webhooks few: without one no entry costs a look into the database.
  let hasWebhooks = true
  const turn = async (): Promise<void> => {
    do {
      isAsked = false
      const made = await fanOut(node, node.positions, () => node.jobs())
      if (!made.ok) throw new Error(`${made.failure.code}: ${made.failure.message}`)
      hasWebhooks = made.value.hasWebhooks || isAsked
    } while (isAsked)
  }
  const look = async (): Promise<void> => {
    if (!hasWebhooks) return
    isAsked = true
    running ??= turn()
      .catch((error: unknown) => node.report('events could not be queued for webhooks', error))
      .finally(() => {
        running = undefined
      })
    await running
  }
  const stop = node.onEntry(({ leaf }) => {
    if (leaf.type.startsWith('webhook.')) hasWebhooks = true
    void look()
  })
  const timer = every(FAN_OUT_MS, look, (error) => node.report('events could not be queued for webhooks', error))
  void look()
  return {
    async [Symbol.asyncDispose]() {
      stop()
      await timer[Symbol.asyncDispose]()
      await running
    },
  }
}
