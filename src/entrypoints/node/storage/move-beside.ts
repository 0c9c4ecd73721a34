import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { forgetJobs, unfinishedJobs } from '../../../adapters/jobs/forget-jobs.ts'
import type { PostgresOptions } from '../../../adapters/storage/open-postgres.ts'
import { forgetBeside, positionsIn, type Positions } from '../../../adapters/storage/beside-ledger.ts'
import type { Database } from '../../../adapters/storage/schema.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { embeddedProblem } from '../database-problem.ts'
import { openRecords, type StatePlace } from '../open-state.ts'

/** A database that has, beside the ledger or its records, what is in no ledger: jobs, sessions, positions of readers. */
export interface BesidePlace {
  readonly db: Kysely<Database>
  readonly organization: string
  readonly postgres: PostgresOptions | undefined
}

interface Beside {
  readonly positions: Positions
  /** How many wait or run. */
  readonly jobs: number
}

/** What lies beside the ledger in the place that it leaves. */
export async function besideOf(place: BesidePlace): Promise<Beside> {
  return { positions: await positionsIn(place.db, place.organization), jobs: await unfinishedJobs(place) }
}

/** The place that a ledger came to begins without what an earlier stay of it left; readers go on where they were. */
export async function begin(place: BesidePlace, positions: Positions): Promise<void> {
  await forgetJobs(place)
  await forgetBeside(place.db, place.organization, positions)
}

/** What lies beside the records in a state folder: nothing where it has no database. */
export async function besideInFolder(place: StatePlace, organization: string): Promise<Result<Beside, Problem>> {
  if (!existsSync(join(place.stateFolder, 'db'))) return ok({ positions: [], jobs: 0 })
  return withRecords(place, (db) => besideOf({ db, organization, postgres: undefined }))
}

/** Runs work on the embedded database, which is made where there is none. */
export async function withRecords<Value>(
  place: StatePlace,
  work: (db: Kysely<Database>) => Promise<Value>,
): Promise<Result<Value, Problem>> {
  let db: Kysely<Database>
  try {
    db = await openRecords(place)
  } catch (error) {
    const problem = embeddedProblem(place.stateFolder, error)
    if (problem === undefined) throw error
    return fail(problem)
  }
  try {
    return ok(await work(db))
  } finally {
    await db.destroy()
  }
}
