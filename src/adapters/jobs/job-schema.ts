import { createHash } from 'node:crypto'
import { PgBoss, type BackendProfile, type Db } from 'pg-boss'
import {
  JOB_HEARTBEAT_SECONDS,
  JOB_KEPT_SECONDS,
  JOB_KINDS,
  JOB_POLICIES,
  JOB_WAITING_SECONDS_MAX,
} from '../../application/jobs/job-kinds.ts'
import { APP_ROLE, ORGANIZATION_SETTING } from '../storage/row-security.ts'

/** Raised when queues, grants or policies below change. */
const VERSION = 1
/** The library takes names of 50 bytes. */
const PREFIX_MAX = 36

/**
 * The queue's tables lie in a schema of their own beside the records, one for each organization: the library's tables
 * have no column for it. Its name begins with that of the records' schema.
 */
export function jobSchemaOf(schema: string | undefined, organization: string): string {
  const name = schema ?? 'gatehouse'
  const hash = createHash('sha256').update(`${name}\n${organization}`).digest('hex').slice(0, 8)
  return `${name.slice(0, PREFIX_MAX).replaceAll(/[^a-z0-9_]/g, '_')}_jobs_${hash}`
}

export interface QueuePlace {
  readonly schema: string
  readonly organization: string
  readonly backend: BackendProfile
}

/** Milliseconds of a job's beginning, as pages are ordered by. */
export const CREATED_MS = `floor(extract(epoch from (created_on at time zone 'UTC')) * 1000)::int8`

/** Whether the schema is there, in this version of it. */
export async function isQueueCurrent(db: Db, { schema }: QueuePlace): Promise<boolean> {
  const { rows } = await db.executeSql(
    `select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1`,
    [schema],
  )
  return (rows[0] as { mark: string | null } | undefined)?.mark === markOf()
}

/** A queue that another version of the library or of these policies made is brought up to date. */
const markOf = (): string =>
  createHash('sha256')
    .update(JSON.stringify([VERSION, BOSS_VERSION, JOB_POLICIES]))
    .digest('hex')
    .slice(0, 16)
const BOSS_VERSION = '12.38.0'

/** Makes the queue's tables, as the role that owns them; the application's role may use them and no other organization's. */
export async function installQueue(owner: Db, place: QueuePlace): Promise<void> {
  const { schema, organization, backend } = place
  const { rows } = await owner.executeSql(`select from pg_namespace where nspname = $1`, [schema])
  const boss = new PgBoss({
    db: owner,
    schema,
    backend,
    supervise: false,
    schedule: false,
    registerInstance: false,
    // An administrator may have made it for an owner who makes none.
    createSchema: rows.length === 0,
    openTelemetry: { enabled: false },
  })
  const failures: Error[] = []
  boss.on('error', (error) => failures.push(error))
  await boss.start()
  for (const kind of JOB_KINDS) {
    const { retries, delaySeconds, delaySecondsMax, attemptSecondsMax } = JOB_POLICIES[kind]
    const options = {
      retryLimit: retries,
      retryDelay: delaySeconds,
      retryBackoff: true,
      retryDelayMax: delaySecondsMax,
      expireInSeconds: attemptSecondsMax,
      heartbeatSeconds: JOB_HEARTBEAT_SECONDS,
      deleteAfterSeconds: JOB_KEPT_SECONDS,
      retentionSeconds: JOB_WAITING_SECONDS_MAX,
    }
    await boss.createQueue(kind, { policy: 'exclusive', ...options })
    await boss.updateQueue(kind, options)
  }
  await boss.stop({ close: false, graceful: false })
  const [failure] = failures
  if (failure !== undefined) throw failure
  await closeToOthers(owner, schema, organization)
  await owner.executeSql(`comment on schema ${schema} is '${markOf()}'`)
}

/** Row-level security on every table, partitions included: only transactions of the organization see or write a row. */
async function closeToOthers(owner: Db, schema: string, organization: string): Promise<void> {
  const literal = `'${organization.replaceAll("'", "''")}'`
  const own = `current_setting('${ORGANIZATION_SETTING}', true) = ${literal}`
  const { rows } = await owner.executeSql(
    `select relname as name from pg_class where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'p')`,
  )
  const statements = (rows as readonly { name: string }[]).flatMap(({ name }) => [
    `alter table ${schema}.${name} enable row level security`,
    `drop policy if exists of_organization on ${schema}.${name}`,
    `create policy of_organization on ${schema}.${name} using (${own}) with check (${own})`,
  ])
  for (const statement of [
    ...statements,
    `create index if not exists gatehouse_jobs_by_time on ${schema}.job ((${CREATED_MS}), id)`,
    `create index if not exists gatehouse_jobs_by_subject on ${schema}.job ((data ->> 'subject'), (${CREATED_MS}), id)`,
    `grant usage on schema ${schema} to ${APP_ROLE}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${APP_ROLE}`,
    `grant usage on all sequences in schema ${schema} to ${APP_ROLE}`,
    `grant execute on all functions in schema ${schema} to ${APP_ROLE}`,
  ])
    await owner.executeSql(statement)
}
