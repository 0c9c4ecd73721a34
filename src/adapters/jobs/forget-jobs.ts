import { statementsOf } from '../storage/open-pglite.ts'
import { embeddedJobs, postgresJobs, type JobDatabase } from './job-database.ts'
import { rawStateOf } from './job-row.ts'
import { jobSchemaOf } from './job-schema.ts'
import { isQueueThere, type QueueSource } from './open-queue.ts'

type JobPlace = Pick<QueueSource, 'db' | 'organization' | 'postgres'>

/** Jobs that wait or run; none where there is no queue yet. */
export async function unfinishedJobs(place: JobPlace): Promise<number> {
  const counted = await onQueue(place, (jobs, schema) =>
    jobs.executeSql(`select count(*)::int as total from ${schema}.job where state::text = any($1::text[])`, [
      [...rawStateOf('waiting'), ...rawStateOf('running')],
    ]),
  )
  return Number((counted?.rows[0] as { total: number } | undefined)?.total ?? 0)
}

/** Every job, whatever became of it. */
export async function forgetJobs(place: JobPlace): Promise<void> {
  await onQueue(place, (jobs, schema) => jobs.executeSql(`delete from ${schema}.job`))
}

async function onQueue<Value>(
  { db, organization, postgres }: JobPlace,
  work: (jobs: JobDatabase, schema: string) => Promise<Value>,
): Promise<Value | undefined> {
  if (!(await isQueueThere({ db, organization, postgres }))) return undefined
  const jobs =
    postgres === undefined ? embeddedJobs(statementsOf(db), { organization }) : postgresJobs(postgres, organization)
  try {
    return await work(jobs, jobSchemaOf(postgres?.schema, organization))
  } finally {
    await jobs.close()
  }
}
