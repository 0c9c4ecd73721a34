import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { errnoOf } from '../files/errno.ts'

export interface OwnerLock {
  release(): void
}

const SQLITE_BUSY = 5

/**
 * One owner per state folder. The lock is the kernel's (SQLite's exclusive file lock): it ends with the process, even by
 * `kill -9`, so that no stale lock is ever left to clean up.
 */
export async function takeOwnerLock(stateFolder: string): Promise<Result<OwnerLock, Problem>> {
  const path = join(stateFolder, 'owner.lock')
  let database: DatabaseSync | undefined
  try {
    await mkdir(stateFolder, { recursive: true, mode: 0o700 })
    database = new DatabaseSync(path)
    database.exec('PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
    const held = database
    return ok({ release: () => held.close() })
  } catch (error) {
    database?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      return fail({
        code: 'owner/held',
        message: `another process owns \`${stateFolder}\``,
        next: existsSync(join(stateFolder, 'owner.json'))
          ? 'use that one (see owner.json there), or stop it first'
          : 'wait until that command has ended, or stop it',
      })
    if (error instanceof Error && ('errcode' in error || errnoOf(error) !== undefined))
      return fail({
        code: 'owner/unusable',
        message: `\`${path}\` cannot be locked: ${error.message}`,
        next: 'check that the folder can be written and the disk has space',
      })
    throw error
  }
}
