import { sql, type Kysely } from 'kysely'
import type { JobQueue } from '../../application/jobs/job-queue.ts'
import { statementsOf } from '../storage/open-pglite.ts'
import type { PostgresOptions } from '../storage/open-postgres.ts'
import type { Database } from '../storage/schema.ts'
import { BossQueue, type QueueOptions } from './boss-queue.ts'
import { embeddedJobs, postgresJobs, postgresOwner } from './job-database.ts'
import { installQueue, isQueueCurrent, jobSchemaOf, type QueuePlace } from './job-schema.ts'

export interface QueueSource extends QueueOptions {
  readonly organization: string
  readonly db: Kysely<Database>
  /** Absent: the embedded database. */
  readonly postgres: PostgresOptions | undefined
}

/** Any number that nothing else in the database locks. */
const INSTALL_LOCK = 7_283_461_906

/** Opens the queue where the records lie; its tables are made, or brought up to date, when that is needed. */
export async function openQueue(source: QueueSource, role: { readonly isWorker: boolean }): Promise<JobQueue> {
  const { organization, postgres } = source
  const place: QueuePlace = {
    schema: jobSchemaOf(postgres?.schema, organization),
    organization,
    backend: postgres === undefined ? 'pglite' : 'postgres',
  }
  const db =
    postgres === undefined
      ? embeddedJobs(statementsOf(source.db), { organization })
      : postgresJobs(postgres, organization)
  try {
    if (!(await isQueueCurrent(db, place))) await install(source, place)
    return await BossQueue.open(db, place, source, role)
  } catch (error) {
    await db.close()
    throw error
  }
}

/** Whether there are tables of a queue, of this version or an older one. */
export async function isQueueThere({
  organization,
  db,
  postgres,
}: Pick<QueueSource, 'organization' | 'db' | 'postgres'>): Promise<boolean> {
  const { rows } =
    await sql`select from pg_namespace where nspname = ${jobSchemaOf(postgres?.schema, organization)}`.execute(db)
  return rows.length > 0
}

async function install({ db, postgres }: QueueSource, place: QueuePlace): Promise<void> {
  const owner = postgres === undefined ? embeddedJobs(statementsOf(db), { isOwner: true }) : postgresOwner(postgres)
  try {
    // Servers that start together take turns.
    await owner.executeSql(`select pg_advisory_lock(${INSTALL_LOCK})`)
    if (!(await isQueueCurrent(owner, place))) await installQueue(owner, place)
    await owner.executeSql(`select pg_advisory_unlock(${INSTALL_LOCK})`)
  } finally {
    await owner.close()
  }
}
