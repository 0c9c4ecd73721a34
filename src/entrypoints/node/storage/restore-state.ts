import { existsSync } from 'node:fs'
import { mkdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { writeJournal } from '../../../adapters/ledger/write-journal.ts'
import { readTransfer, removeTransfer, writeTransfer } from '../../../adapters/owner/transfer-marker.ts'
import { equalBytes, utf8 } from '../../../base/bytes.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { BackupManifest } from '../../../contract/backup/backup-manifest.ts'
import { journalOf, postgresOf, sizeOf, type StatePlace } from '../open-state.ts'
import { isKeyOf, readRestorable, type Restorable } from './read-restorable.ts'
import type { CopyOptions } from './copy-options.ts'
import { fillTables, withTables } from './shared-tables.ts'
import { storageProblem, underLock } from './under-lock.ts'

export interface RestoreOptions extends CopyOptions {
  readonly archive: string
  /** Text of a trust file that vouches for the backup. */
  readonly trustText: string | undefined
  readonly isDryRun: boolean
}

/** Verifies a backup whole, then puts it into a place that holds nothing yet. */
export async function restoreState(
  place: StatePlace,
  options: RestoreOptions,
): Promise<Result<BackupManifest, Problem>> {
  try {
    const read = await readRestorable(options.archive, options.trustText, options)
    if (!read.ok || options.isDryRun) return read.ok ? ok(read.value.manifest) : read
    await mkdir(place.stateFolder, { recursive: true, mode: 0o700 })
    return await underLock(place.stateFolder, async () => {
      const refused = await refuseUsed(place.stateFolder, read.value)
      return refused === undefined ? putInPlace(place, read.value, options) : fail(refused)
    })
  } catch (error) {
    return fail(storageProblem(error))
  }
}

async function refuseUsed(stateFolder: string, backup: Restorable): Promise<Problem | undefined> {
  const transfer = await readTransfer(stateFolder)
  const isAgain = transfer !== undefined && transfer !== 'unreadable' && transfer.kind === 'restore'
  const hasState = (await sizeOf(journalOf(stateFolder))) > 0 || existsSync(join(stateFolder, 'db'))
  if (!isAgain && (hasState || transfer !== undefined))
    return {
      code: 'db/not-empty',
      message: `\`${stateFolder}\` holds a state already`,
      next: 'name an empty folder with --state; a restore never replaces anything',
    }
  const own = join(stateFolder, 'keys', 'ledger.pem')
  if (backup.keys.length === 0)
    return existsSync(own) && isKeyOf(await readFile(own), backup.ledgerKey)
      ? undefined
      : {
          code: 'db/no-keys',
          message: 'the backup holds no keys, and its ledger can only go on with the keys that it was made with',
          next: `put them into \`${join(stateFolder, 'keys')}\` first, or restore a backup that was made with --with-keys`,
        }
  if (!backup.keys.some(({ path, bytes }) => path === 'keys/ledger.pem' && isKeyOf(bytes, backup.ledgerKey)))
    return {
      code: 'db/backup-damaged',
      message: 'the keys in the backup are not those of its ledger',
      next: 'use another backup; nothing was written',
    }
  for (const { path, bytes } of backup.keys) {
    const file = join(stateFolder, path)
    if (existsSync(file) && !equalBytes(await readFile(file), bytes))
      return {
        code: 'db/not-empty',
        message: `\`${file}\` is there and is another key than the one in the backup`,
        next: 'name an empty folder with --state',
      }
  }
  return undefined
}

/** From the marker on, nobody opens this state until all of it is there. */
async function putInPlace(
  place: StatePlace,
  backup: Restorable,
  options: RestoreOptions,
): Promise<Result<BackupManifest, Problem>> {
  const { stateFolder } = place
  const made: string[] = []
  const put = async (path: string, bytes: Uint8Array, mode: number): Promise<void> => {
    if (existsSync(path)) return
    made.push(path)
    await writeFileAtomic(path, bytes, mode)
  }
  const isAgain = (await readTransfer(stateFolder)) !== undefined
  await writeTransfer(stateFolder, { kind: 'restore', phase: 'begun' })
  try {
    await mkdir(join(stateFolder, 'keys'), { recursive: true, mode: 0o700 })
    for (const { path, bytes } of backup.keys) await put(join(stateFolder, path), bytes, 0o600)
    await put(join(stateFolder, 'trust.json'), utf8(backup.trustText), 0o644)
    const filled = await fill(place, backup, { ...options, isAgain })
    if (!filled.ok) {
      await takeBack(stateFolder, made)
      return filled
    }
  } catch (error) {
    await takeBack(stateFolder, made)
    throw error
  }
  await removeTransfer(stateFolder)
  return ok(backup.manifest)
}

async function fill(
  place: StatePlace,
  backup: Restorable,
  { organization, onStart, onEntry, isAgain }: RestoreOptions & { readonly isAgain: boolean },
): Promise<Result<undefined, Problem>> {
  onStart(backup.manifest.entries)
  const postgres = postgresOf(place)
  if (postgres !== undefined)
    return withTables(postgres, { organization, mayMigrate: true }, (db) =>
      fillTables(db, { organization, lines: backup.lines(onEntry), tree: backup.tree, mayContinue: isAgain }),
    )
  await mkdir(join(place.stateFolder, 'ledger'), { recursive: true, mode: 0o700 })
  await writeJournal(journalOf(place.stateFolder), backup.lines(onEntry))
  return ok(undefined)
}

async function takeBack(stateFolder: string, made: readonly string[]): Promise<void> {
  for (const path of made)
    await unlink(path).catch((gone: unknown) => {
      if (errnoOf(gone) !== 'ENOENT') throw gone
    })
  await removeTransfer(stateFolder)
}
