import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { errnoOf } from '../files/errno.ts'

/**
 * The real path of something that exists inside a folder, links resolved; `path` is relative to the folder. Fails with
 * `sandbox/path` when it leads out or is not there. Open what is returned, at once: a link that is put there afterwards is
 * not seen, so the folder must not be writable for whoever chooses the path.
 */
export async function containedPath(root: string, path: string): Promise<Result<string, Problem>> {
  const refuse = (message: string): Result<never, Problem> => fail({ code: 'sandbox/path', message })
  if (path.includes('\0') || isAbsolute(path)) return refuse('the path is absolute or holds a NUL')
  try {
    const folder = await realpath(root)
    const target = await realpath(join(folder, path))
    const within = relative(folder, target)
    if (within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) return refuse('the path leads out')
    return ok(target)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES' || code === 'ENAMETOOLONG')
      return refuse('the path leads to nothing that can be read')
    throw error
  }
}
