import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { TarMember } from '../../../adapters/backup/tar.ts'
import { writeBackup } from '../../../adapters/backup/write-backup.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { missingKeys } from '../../../adapters/keys/key-folder.ts'
import { ownCheckpoint, signNote, type LedgerIdentity } from '../../../adapters/ledger/entry-maker.ts'
import { readJournal, surveyJournal, type JournalLine } from '../../../adapters/ledger/journal.ts'
import { newestCheckpoint, LedgerTablesDamaged } from '../../../adapters/ledger/ledger-tables.ts'
import { tableLines } from '../../../adapters/ledger/ledger-table-lines.ts'
import { verifiedLines } from '../../../adapters/ledger/verified-lines.ts'
import { transferRefusal } from '../../../adapters/owner/transfer-marker.ts'
import { openAsApplication } from '../../../adapters/storage/open-postgres.ts'
import type { Database } from '../../../adapters/storage/schema.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { BackupManifest } from '../../../contract/backup/backup-manifest.ts'
import { existingIdentity, keysOf } from '../ledger-identity.ts'
import { databaseProblem } from '../database-problem.ts'
import { journalOf, postgresOf, sizeOf, type StatePlace } from '../open-state.ts'
import { otherLedgerKey, readTrust } from '../state-keys.ts'
import type { CopyOptions } from './copy-options.ts'
import { storageProblem, underLock } from './under-lock.ts'

export interface BackupOptions extends CopyOptions {
  readonly output: string
  readonly withKeys: boolean
  /** Entries that the running owner has acknowledged; undefined when nobody owns the folder. */
  readonly acknowledged: number | undefined
}

/**
 * One consistent copy of the ledger. The ledger only grows, so a running owner is not stopped: the copy ends at a
 * checkpoint that it has acknowledged.
 */
export async function backupState(place: StatePlace, options: BackupOptions): Promise<Result<BackupManifest, Problem>> {
  const { stateFolder } = place
  const work = async (): Promise<Result<BackupManifest, Problem>> => {
    const refusal = await transferRefusal(stateFolder, place.databaseUrl !== undefined)
    if (refusal !== undefined) return fail(refusal)
    const identity = await existingIdentity(stateFolder, options.organization)
    if (!identity.ok) return identity
    return postgresOf(place) === undefined
      ? backupJournal(stateFolder, identity.value, options)
      : backupTables(place, identity.value, options)
  }
  if (options.acknowledged === undefined && place.databaseUrl === undefined)
    return underLock(stateFolder, work, { onlyReads: true })
  try {
    return await work()
  } catch (error) {
    return fail(storageProblem(error))
  }
}

async function backupJournal(
  stateFolder: string,
  identity: LedgerIdentity,
  options: BackupOptions,
): Promise<Result<BackupManifest, Problem>> {
  const path = journalOf(stateFolder)
  if ((await sizeOf(path)) === 0)
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` has no ledger to back up`,
      next: 'name the state folder with --state; with PostgreSQL set GATEHOUSE_DATABASE_URL',
    })
  const survey = await surveyJournal(path, ownCheckpoint(identity), options.acknowledged)
  if (!survey.ok) return survey
  const { tree, length } = survey.value
  return write(stateFolder, identity, options, { entries: tree.size, lines: readJournal(path, length) })
}

async function backupTables(
  place: StatePlace,
  identity: LedgerIdentity,
  options: BackupOptions,
): Promise<Result<BackupManifest, Problem>> {
  const postgres = postgresOf(place)
  let db: Kysely<Database>
  try {
    if (postgres === undefined) throw new Error('the place has no database')
    db = await openAsApplication(postgres, 2)
  } catch (error) {
    return fail(databaseProblem(error))
  }
  try {
    const { size } = await newestCheckpoint(db, identity.organization)
    const lines = tableLines(db, identity.organization, size)
    return await write(place.stateFolder, identity, options, { entries: size, lines })
  } catch (error) {
    if (!(error instanceof LedgerTablesDamaged)) throw error
    return fail({ code: 'ledger/damaged', message: error.message, next: 'restore the database from an older backup' })
  } finally {
    await db.destroy()
  }
}

// oxlint-disable-next-line max-params -- where the keys lie, whose ledger, how, and what
async function write(
  stateFolder: string,
  identity: LedgerIdentity,
  { output, withKeys, onStart, onEntry, signal }: BackupOptions,
  { entries, lines }: { readonly entries: number; readonly lines: AsyncIterable<JournalLine> },
): Promise<Result<BackupManifest, Problem>> {
  const trust = await readTrust(stateFolder)
  if (!trust.ok) return trust
  if (trust.value === undefined)
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` has no trust.json, without which nobody could verify the backup`,
      next: 'put your published copy back',
    })
  const other = otherLedgerKey(stateFolder, trust.value, identity.origin)
  if (other !== undefined) return fail(other)
  const keys = withKeys ? await keyMembers(keysOf(stateFolder)) : ok([])
  if (!keys.ok) return keys
  onStart(entries)
  return ok(
    await writeBackup(output, {
      organization: identity.organization,
      origin: identity.origin,
      now: systemClock(),
      trustText: trust.value.text,
      sign: (text) => signNote(identity, text),
      keys: keys.value,
      lines: verifiedLines(lines, { verifyCheckpoint: ownCheckpoint(identity), signal, onEntry }),
    }),
  )
}

/** An archive that lacks one of them would be restored into a state that cannot be opened. */
async function keyMembers(folder: string): Promise<Result<readonly TarMember[], Problem>> {
  const missing = await missingKeys(folder)
  if (missing !== undefined) return fail(missing)
  const names = (await readdir(folder)).filter((name) => /^[a-z-]+\.(?:pem|key)$/.test(name)).toSorted()
  return ok(
    await Promise.all(names.map(async (name) => ({ path: `keys/${name}`, bytes: await readFile(join(folder, name)) }))),
  )
}
