import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { withEmbeddedOwner } from '../../../adapters/storage/open-pglite.ts'
import { asOwner } from '../../../adapters/storage/open-postgres.ts'
import { surveyJournal } from '../../../adapters/ledger/journal.ts'
import { ownCheckpoint } from '../../../adapters/ledger/entry-maker.ts'
import {
  asEmbeddedOwner,
  entriesInTables,
  isShared,
  storageFigures,
} from '../../../adapters/storage/storage-figures.ts'
import { MIGRATIONS } from '../../../adapters/storage/migrations.ts'
import type { StorageReport } from '../../../application/state/storage-report.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { existingIdentity } from '../ledger-identity.ts'
import { databaseProblem, embeddedProblem } from '../database-problem.ts'
import { journalOf, postgresOf, sizeOf, type OpenedState, type StatePlace } from '../open-state.ts'
import { isReadOnly, underLock } from './under-lock.ts'

/** A state that this process has open. */
export async function describeOpened(
  stateFolder: string,
  organization: string,
  { ledger, store, db, postgres }: OpenedState,
): Promise<StorageReport> {
  if (postgres !== undefined) {
    const report = await asOwner(postgres, async (owner) => ({
      ...(await postgresReport(owner, organization)),
      ...((await isShared(owner, organization)) ? { databaseBytes: null, tables: [] } : {}),
    }))
    return { ...report, entries: ledger.size, lag: ledger.size - report.projected }
  }
  const figures = await asEmbeddedOwner(db, storageFigures)
  const projected = await store.cursor()
  return {
    ...figures,
    place: 'embedded',
    where: stateFolder,
    entries: ledger.size,
    projected,
    lag: ledger.size - projected,
    journalBytes: await sizeOf(journalOf(stateFolder)),
  }
}

async function postgresReport(
  owner: Parameters<typeof storageFigures>[0],
  organization: string,
): Promise<StorageReport> {
  const figures = await storageFigures(owner)
  const { entries, projected } = await entriesInTables(owner, organization)
  return { ...figures, place: 'postgresql', entries, projected, lag: entries - projected, journalBytes: null }
}

/** A state that nobody has open, as it is: nothing is migrated, caught up or cut off. */
export async function describeClosed(place: StatePlace, organization: string): Promise<Result<StorageReport, Problem>> {
  const postgres = postgresOf(place)
  if (postgres === undefined)
    return underLock(place.stateFolder, () => describeEmbedded(place, organization), { onlyReads: true })
  try {
    return ok(await asOwner(postgres, (owner) => postgresReport(owner, organization)))
  } catch (error) {
    return fail(databaseProblem(error))
  }
}

async function describeEmbedded(
  { stateFolder }: StatePlace,
  organization: string,
): Promise<Result<StorageReport, Problem>> {
  const identity = await existingIdentity(stateFolder, organization)
  if (!identity.ok) return identity
  const journal = journalOf(stateFolder)
  const journalBytes = await sizeOf(journal)
  const survey = journalBytes === 0 ? undefined : await surveyJournal(journal, ownCheckpoint(identity.value))
  if (survey?.ok === false) return survey
  const entries = survey?.value.tree.size ?? 0
  const folder = join(stateFolder, 'db')
  if (!existsSync(folder))
    return ok({
      place: 'embedded',
      where: stateFolder,
      schemaVersion: null,
      pendingMigrations: Object.keys(MIGRATIONS),
      entries,
      projected: 0,
      lag: entries,
      rowSecurity: { isOn: false, openTables: [] },
      journalBytes,
      databaseBytes: 0,
      tables: [],
    })
  try {
    const { projected, ...figures } = await onCopyIfReadOnly(folder, async (owner) => ({
      ...(await storageFigures(owner)),
      projected: (await entriesInTables(owner, organization)).projected,
    }))
    return ok({
      ...figures,
      place: 'embedded',
      where: stateFolder,
      entries,
      projected,
      lag: entries - projected,
      journalBytes,
    })
  } catch (error) {
    const problem = embeddedProblem(stateFolder, error)
    if (problem === undefined) throw error
    return fail(problem)
  }
}

/** The engine writes where it only reads, too: of a database that this process may not write, it opens a copy. */
async function onCopyIfReadOnly<Value>(folder: string, work: (owner: Kysely<never>) => Promise<Value>): Promise<Value> {
  try {
    return await withEmbeddedOwner(folder, work)
  } catch (error) {
    if (!isReadOnly(errnoOf(error))) throw error
  }
  const copy = await mkdtemp(join(tmpdir(), 'gatehouse-status-'))
  try {
    await cp(folder, join(copy, 'db'), { recursive: true })
    return await withEmbeddedOwner(join(copy, 'db'), work)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
