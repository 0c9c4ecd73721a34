import { existsSync } from 'node:fs'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { takeOwnerLock } from '../../../adapters/owner/owner-lock.ts'
import { LedgerLinesDamaged } from '../../../adapters/ledger/verified-lines.ts'
import { fail, type Problem, type Result } from '../../../base/result.ts'

/** Runs work as the one process that may touch a state folder that is there; faults of its disk become problems. */
export async function underLock<Value>(
  stateFolder: string,
  work: () => Promise<Result<Value, Problem>>,
): Promise<Result<Value, Problem>> {
  if (!existsSync(stateFolder))
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` does not exist`,
      next: 'name the state folder with --state',
    })
  const lock = await takeOwnerLock(stateFolder)
  if (!lock.ok) return lock
  try {
    return await work()
  } catch (error) {
    return fail(storageProblem(error))
  } finally {
    lock.value.release()
  }
}

/** Faults of disks and copies as problems; anything else is a bug, or an interruption, and goes on. */
export function storageProblem(error: unknown): Problem {
  if (error instanceof LedgerLinesDamaged)
    return { code: 'ledger/damaged', message: error.message, next: 'use another backup; nothing was put in place' }
  const code = errnoOf(error)
  if (code === undefined) throw error
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? {
        code: 'db/no-space',
        message: `the disk is full (${code}); nothing was put in place`,
        next: 'free space, then run it again',
      }
    : {
        code: 'state/unusable',
        message: `a file cannot be used (${code}): ${(error as Error).message}`,
        next: 'check its permissions',
      }
}
