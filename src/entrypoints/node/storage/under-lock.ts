import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { withoutDraft } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { takeOwnerLock } from '../../../adapters/owner/owner-lock.ts'
import { LedgerLinesDamaged } from '../../../adapters/ledger/verified-lines.ts'
import { fail, type Problem, type Result } from '../../../base/result.ts'

/** Runs work as the one process that may touch a state folder that is there; faults of its disk become problems. */
export async function underLock<Value>(
  stateFolder: string,
  work: () => Promise<Result<Value, Problem>>,
  { onlyReads = false }: { readonly onlyReads?: boolean } = {},
): Promise<Result<Value, Problem>> {
  if (!existsSync(stateFolder))
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` does not exist`,
      next: 'name the state folder with --state',
    })
  const lock = await takeOwnerLock(stateFolder)
  // Where this process may write nothing it cannot lock either: what it reads is what lies there.
  const isReadOnly = !lock.ok && lock.failure.code === 'owner/unusable' && onlyReads && (await isClosed(stateFolder))
  if (!lock.ok && !isReadOnly) return lock
  try {
    return await work()
  } catch (error) {
    return fail(storageProblem(error))
  } finally {
    if (lock.ok) lock.value.release()
  }
}

/** Whether this process may read a folder and not write it. */
async function isClosed(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    return false
  } catch (error) {
    return isReadOnly(errnoOf(error))
  }
}

export const isReadOnly = (code: string | undefined): boolean =>
  code === 'EROFS' || code === 'EACCES' || code === 'EPERM'

/** Faults of disks and copies as problems; anything else is a bug, or an interruption, and goes on. */
export function storageProblem(error: unknown): Problem {
  if (error instanceof LedgerLinesDamaged)
    return { code: 'ledger/damaged', message: error.message, next: 'use another backup; nothing was put in place' }
  const code = errnoOf(error)
  if (code === undefined) throw error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      code: 'db/no-space',
      message: `the disk is full (${code}); nothing was put in place`,
      next: 'free space, then run it again',
    }
  const path = (error as NodeJS.ErrnoException).path
  return {
    code: 'state/unusable',
    message: `${path === undefined ? 'a file' : `\`${withoutDraft(path)}\``} cannot be used (${code})`,
    next: nextOfDiskFault(code),
  }
}

/** The next step by what the system said. */
export function nextOfDiskFault(code: string): string {
  return NEXT_STEPS[code] ?? 'check its permissions'
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on its disk',
  EDQUOT: 'free space on its disk',
  EFBIG: 'raise the limit on the size of files (ulimit -f)',
  EMFILE: 'raise the limit on open files (ulimit -n)',
  ENOENT: 'check the path: its folder does not exist',
  ENOTDIR: 'check the path: a part of it is no folder',
  EISDIR: 'check the path: it is a folder',
  EROFS: 'check its disk: it is read-only',
  EIO: 'check its disk',
}
