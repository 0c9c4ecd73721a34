import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { migrate, pendingMigrations, refuseNewer } from '../../../adapters/storage/migrations.ts'
import { withEmbeddedOwner } from '../../../adapters/storage/open-pglite.ts'
import { asOwner } from '../../../adapters/storage/open-postgres.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { databaseProblem, embeddedProblem } from '../database-problem.ts'
import { postgresOf, type StatePlace } from '../open-state.ts'
import { underLock } from './under-lock.ts'

export interface MigrationReport {
  /** In order: what was to be done when it was looked at. */
  readonly plan: readonly string[]
  readonly applied: readonly string[]
}

/** Shows which migrations are missing, and applies them unless it is a dry run. As the owner of the tables. */
export async function migrateState(place: StatePlace, isDryRun: boolean): Promise<Result<MigrationReport, Problem>> {
  const work = async (owner: Kysely<never>): Promise<MigrationReport> => {
    await refuseNewer(owner)
    const plan = await pendingMigrations(owner)
    return { plan, applied: isDryRun ? [] : await migrate(owner) }
  }
  const postgres = postgresOf(place)
  if (postgres !== undefined) {
    try {
      return ok(await asOwner(postgres, work))
    } catch (error) {
      return fail(databaseProblem(error))
    }
  }
  return underLock(place.stateFolder, async () => {
    const folder = join(place.stateFolder, 'db')
    if (!existsSync(folder))
      return fail({
        code: 'db/no-database',
        message: `\`${place.stateFolder}\` has no database yet`,
        next: 'it is made with the newest schema at the next start',
      })
    try {
      return ok(await withEmbeddedOwner(folder, work))
    } catch (error) {
      const problem = embeddedProblem(place.stateFolder, error)
      if (problem === undefined) throw error
      return fail(problem)
    }
  })
}
