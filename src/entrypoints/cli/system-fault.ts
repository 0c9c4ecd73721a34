import type { Problem } from '../../base/result.ts'
import { errnoOf } from '../../adapters/files/errno.ts'

/** What the system refused that no code expected: nobody's bug, and a person can mend it. */
const FAULTS: Readonly<Record<string, readonly [code: string, message: string, next: string]>> = {
  ENOSPC: ['system/no-space', 'the disk is full', 'free space, then run it again'],
  EDQUOT: ['system/no-space', 'the quota of the disk is used up', 'free space, then run it again'],
  EROFS: ['system/read-only', 'the file system is read-only', 'name a folder that can be written to'],
  EACCES: ['system/no-access', 'the system denies access', 'check owner and permissions'],
  EPERM: ['system/no-access', 'the system denies access', 'check owner and permissions'],
  EMFILE: ['system/too-many-files', 'too many files are open', 'raise `ulimit -n`'],
  ENFILE: ['system/too-many-files', 'too many files are open', 'close other programs'],
  EIO: ['system/disk-fault', 'the disk reported a fault', 'check the disk'],
}

/** Undefined when the error is not one of the system's that a person can do something about. */
export function systemFault(error: unknown): Problem | undefined {
  // The work failed, and then closing what it had open did: the first of the two is the cause.
  if (error instanceof SuppressedError) return systemFault(error.suppressed) ?? systemFault(error.error)
  const fault = FAULTS[errnoOf(error) ?? '']
  if (fault === undefined) return undefined
  const [code, message, next] = fault
  const { syscall, path } = error as { readonly syscall?: unknown; readonly path?: unknown }
  const where = [syscall, path].filter((part) => typeof part === 'string').join(' ')
  return { code, message: where === '' ? message : `${message} (${where})`, next }
}
