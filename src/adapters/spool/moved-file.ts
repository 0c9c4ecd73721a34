import { rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoOf } from '../files/errno.ts'

/** Gives a file of the spool its new name, or none; false where it is gone. */
export async function isMoved(path: string, to: string | undefined): Promise<boolean> {
  try {
    await (to === undefined ? unlink(path) : rename(path, to))
    return true
  } catch (error) {
    if (await isGone(error, path)) return false
    throw error
  }
}

/** Whether the error says that somebody took the file away. With its whole folder away it may come back. */
export async function isGone(error: unknown, path: string): Promise<boolean> {
  if (errnoOf(error) !== 'ENOENT') return false
  await stat(dirname(path))
  return true
}

/** For the log. */
export const goneText = (path: string): string => `records are gone: nobody but the gateway may touch ${path}`
