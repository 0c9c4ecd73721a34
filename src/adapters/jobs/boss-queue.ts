import { randomUUID } from 'node:crypto'
import { PgBoss, type JobResult, type JobWithMetadata } from 'pg-boss'
import { jobIdOf } from '../../application/jobs/job-id.ts'
import { JOB_HEARTBEAT_SECONDS, JOB_KINDS, JOB_POLICIES, type JobKind } from '../../application/jobs/job-kinds.ts'
import {
  JOBS_LISTED_MAX,
  PAYLOAD_BYTES_MAX,
  type Job,
  type JobDraft,
  type JobFilter,
  type JobHandler,
  type JobOutcome,
  type JobQueue,
  type JobSchedule,
} from '../../application/jobs/job-queue.ts'
import { utf8 } from '../../base/bytes.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { JobDatabase } from './job-database.ts'
import { JOB_ROW, jobOf, rawStateOf, type JobRow } from './job-row.ts'
import { CREATED_MS, type QueuePlace } from './job-schema.ts'

export interface QueueOptions {
  /** A failure with nobody to tell. */
  readonly report: (what: string, error: unknown) => void
  readonly pollSeconds?: number | undefined
}

interface Stored {
  readonly subject: string
  readonly payload: JsonObject
}

const POLL_SECONDS = 1
const MONITOR_SECONDS = 5
const CRON_SECONDS = 5
const LIST_DEFAULT = 50
/** What is in hand when a worker stops may go on for so long; then it is told to end, and left to another worker. */
const GRACE_MS = 10_000
const AFTER_GRACE_MS = 5_000
/** A database that is away fails every look at it: it is said once in so long. */
const REPORT_MS = 30_000

/** The library for queues on PostgreSQL, behind our port; the embedded database runs the same SQL. */
export class BossQueue implements JobQueue {
  readonly #boss: PgBoss
  readonly #db: JobDatabase
  readonly #place: QueuePlace
  readonly #options: QueueOptions
  readonly #workers = new Map<JobKind, string>()
  readonly #stopping = new AbortController()

  private constructor(boss: PgBoss, db: JobDatabase, place: QueuePlace, options: QueueOptions) {
    this.#boss = boss
    this.#db = db
    this.#place = place
    this.#options = options
  }

  /** Opens a queue whose tables are there. */
  // oxlint-disable-next-line max-params -- connections, where the tables lie, and two sides of how it behaves
  static async open(
    db: JobDatabase,
    place: QueuePlace,
    options: QueueOptions,
    { isWorker }: { readonly isWorker: boolean },
  ): Promise<BossQueue> {
    const boss = new PgBoss({
      db,
      schema: place.schema,
      backend: place.backend,
      migrate: false,
      createSchema: false,
      // Whoever only adds jobs and looks at them leaves upkeep and schedules to workers.
      supervise: isWorker,
      schedule: isWorker,
      superviseIntervalSeconds: MONITOR_SECONDS,
      monitorIntervalSeconds: MONITOR_SECONDS,
      cronMonitorIntervalSeconds: CRON_SECONDS,
      cronWorkerIntervalSeconds: CRON_SECONDS,
      // The application's role owns no index and no table.
      reindex: false,
      monitorVacuum: false,
      persistQueueStats: false,
      registerInstance: false,
      openTelemetry: { enabled: false },
    })
    let reportedAt = -REPORT_MS
    boss.on('error', (error) => {
      if (monotonicMs() - reportedAt < REPORT_MS) return
      reportedAt = monotonicMs()
      options.report('the job queue failed at its upkeep', error)
    })
    await boss.start()
    return new BossQueue(boss, db, place, options)
  }

  async enqueue(draft: JobDraft): ReturnType<JobQueue['enqueue']> {
    const { kind, subject, payload, key, singleton, afterSeconds = 0 } = draft
    if (utf8(JSON.stringify(payload)).length > PAYLOAD_BYTES_MAX)
      return fail({
        code: 'job/too-large',
        message: `the payload of a \`${kind}\` job is above ${PAYLOAD_BYTES_MAX} bytes`,
        next: 'pass what is large by reference',
      })
    const id = key === undefined ? randomUUID() : jobIdOf(nodeSha256, kind, key)
    const sent = await this.#boss.send(kind, { subject, payload } satisfies Stored, {
      id,
      singletonKey: singleton === undefined ? id : `=${singleton}`,
      ...(afterSeconds > 0 ? { startAfter: Math.ceil(afterSeconds) } : {}),
    })
    const worker = this.#workers.get(kind)
    if (sent !== null && afterSeconds <= 0 && worker !== undefined) this.#boss.notifyWorker(worker)
    if (sent !== null) return ok({ id: sent, isNew: true })
    return ok({ id: key !== undefined && (await this.get(id)) !== undefined ? id : null, isNew: false })
  }

  async get(id: string): Promise<Job | undefined> {
    if (!UUID.test(id)) return undefined
    const { rows } = await this.#db.executeSql(
      `select ${JOB_ROW} from ${this.#place.schema}.job where id = $1 and name = any($2::text[])`,
      [id, [...JOB_KINDS]],
    )
    return rows[0] === undefined ? undefined : jobOf(rows[0] as JobRow)
  }

  async list({ kind, subject, state, after, limit = LIST_DEFAULT }: JobFilter): Promise<readonly Job[]> {
    const values: unknown[] = []
    const place = (value: unknown): string => `$${values.push(value)}`
    const conditions = [`name = any(${place(kind === undefined ? [...JOB_KINDS] : [kind])}::text[])`]
    if (subject !== undefined) conditions.push(`data ->> 'subject' = ${place(subject)}`)
    if (state !== undefined) conditions.push(`state::text = any(${place(rawStateOf(state))}::text[])`)
    if (after !== undefined)
      conditions.push(
        `((${CREATED_MS}), id) < (${place(after.at)}::int8, ${place(UUID.test(after.id) ? after.id : NIL)}::uuid)`,
      )
    const { rows } = await this.#db.executeSql(
      `select ${JOB_ROW} from ${this.#place.schema}.job where ${conditions.join(' and ')}
       order by ${CREATED_MS} desc, id desc limit ${place(Math.min(Math.max(1, limit), JOBS_LISTED_MAX))}`,
      values,
    )
    return (rows as JobRow[]).map(jobOf)
  }

  async retry({ id, kind }: Pick<Job, 'id' | 'kind'>): Promise<boolean> {
    if (affected(await this.#boss.retry(kind, id)) === 0) return false
    // Who asks for another attempt does not mean the pause that the last failure brought about.
    await this.#db.executeSql(
      `update ${this.#place.schema}.job set start_after = now() where name = $1 and id = $2 and state = 'retry'`,
      [kind, id],
    )
    return true
  }

  async cancel({ id, kind }: Pick<Job, 'id' | 'kind'>): Promise<boolean> {
    return affected(await this.#boss.cancel(kind, id)) > 0
  }

  async work(kind: JobKind, handler: JobHandler): Promise<void> {
    const worker = await this.#boss.work(
      kind,
      {
        includeMetadata: true,
        perJobResults: true,
        localConcurrency: JOB_POLICIES[kind].concurrency,
        batchSize: JOB_POLICIES[kind].batch ?? 1,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: this.#options.pollSeconds ?? POLL_SECONDS,
        heartbeatRefreshSeconds: JOB_HEARTBEAT_SECONDS / 3,
      },
      async (jobs: JobWithMetadata<Stored>[]) => Promise.all(jobs.map((job) => this.#run(job, handler))),
    )
    this.#workers.set(kind, worker)
  }

  /** Results go to the table as problems: a thrown error would take its stack along. */
  async #run(job: JobWithMetadata<Stored>, handler: JobHandler): Promise<JobResult> {
    const outcome = await this.#outcomeOf(job, handler)
    if (outcome.kind === 'done') return { id: job.id, status: 'completed' }
    const { code, message } = outcome.problem
    return { id: job.id, status: outcome.kind === 'dead' ? 'deadletter' : 'failed', output: { code, message } }
  }

  async #outcomeOf(
    { id, name, data, retryCount, signal }: JobWithMetadata<Stored>,
    handler: JobHandler,
  ): Promise<JobOutcome> {
    try {
      return await handler({
        id,
        subject: data.subject,
        payload: data.payload,
        attempt: retryCount + 1,
        signal: AbortSignal.any([signal, this.#stopping.signal]),
      })
    } catch (error) {
      this.#options.report(`a job of \`${name}\` failed`, error)
      return {
        kind: 'again',
        problem: { code: 'job/failed', message: 'the handler failed; the log of its worker says why' },
      }
    }
  }

  async schedule(schedules: readonly JobSchedule[]): Promise<Result<null, Problem>> {
    for (const { id, cron, timezone, draft } of schedules) {
      const isSound = this.#checkCron(id, cron, timezone)
      if (!isSound.ok) return isSound
      await this.#boss.schedule(draft.kind, cron, { subject: draft.subject, payload: draft.payload } satisfies Stored, {
        key: id,
        tz: timezone,
        missed: 'once',
        singletonKey: `=${draft.singleton ?? id}`,
      })
    }
    const kept = new Set(schedules.map(({ id, draft }) => `${draft.kind}\n${id}`))
    for (const { name, key } of await this.#boss.getSchedules())
      if (!kept.has(`${name}\n${key}`)) await this.#boss.unschedule(name, key)
    return ok(null)
  }

  async schedules(): Promise<readonly JobSchedule[]> {
    const kept = await this.#boss.getSchedules()
    return kept.flatMap(({ name, key, cron, timezone, data }): readonly JobSchedule[] => {
      const kind = JOB_KINDS.find((known) => known === name)
      if (kind === undefined) return []
      // Written by `schedule` alone.
      const { subject, payload } = data as Stored
      return [{ id: key, cron, timezone, draft: { kind, subject, payload, singleton: key } }]
    })
  }

  #checkCron(id: string, cron: string, timezone: string): Result<null, Problem> {
    try {
      this.#boss.previewSchedule(cron, { tz: timezone, count: 1 })
      return ok(null)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return fail({
        code: 'job/cron',
        message: `schedule \`${id}\`: \`${cron}\` in \`${timezone}\` is no schedule`,
        next: 'write five fields, minutes first, and an IANA time zone',
      })
    }
  }

  async close(): Promise<void> {
    const patience = setTimeout(() => this.#stopping.abort(), GRACE_MS)
    await this.#boss.stop({ graceful: true, timeout: GRACE_MS + AFTER_GRACE_MS, close: false })
    clearTimeout(patience)
    await this.#db.close()
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NIL = '00000000-0000-0000-0000-000000000000'

function affected(response: object): number {
  return Number((response as { affected?: number }).affected ?? 0)
}
