import { copyFile, constants, lstat, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { errnoOf } from '../files/errno.ts'
import type { TemplateFile } from './shipped-templates.ts'

/** Files named in one message; the rest is counted. */
const NAMED_MAX = 5

/**
 * Writes a new project. Nothing that is there is overwritten: where one file of it exists, or a folder of it is a link,
 * nothing is written at all; what a failure on the way leaves behind is taken away again.
 */
export async function writeProject(folder: string, files: readonly TemplateFile[]): Promise<Result<void, Problem>> {
  const taken = await takenPaths(folder, files)
  if (taken.length > 0) {
    const more = taken.length > NAMED_MAX ? ` and ${taken.length - NAMED_MAX} more` : ''
    return fail({
      code: 'init/exists',
      message: `\`${folder}\` holds ${taken.slice(0, NAMED_MAX).join(', ')}${more} already`,
      next: 'name an empty or new folder; nothing was written',
    })
  }
  const written: string[] = []
  try {
    for (const { path, source } of files) {
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      await copyFile(source, target, constants.COPYFILE_EXCL)
      written.push(target)
    }
    return ok(undefined)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    for (const target of written) await rm(target, { force: true })
    return fail({
      code: 'init/not-written',
      message: `\`${folder}\` cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      next: 'free the place or name another folder; what was written is taken away again',
    })
  }
}

async function takenPaths(folder: string, files: readonly TemplateFile[]): Promise<readonly string[]> {
  const taken: string[] = []
  const folders = new Set<string>()
  for (const { path } of files) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) folders.add(parent)
    if ((await kindAt(join(folder, path))) !== undefined) taken.push(path)
  }
  // A link in place of a folder would lead the files elsewhere.
  for (const path of [...folders].toSorted()) {
    const kind = await kindAt(join(folder, path))
    if (kind !== undefined && kind !== 'folder') taken.push(path)
  }
  const own = await kindAt(folder)
  return own === undefined || own === 'folder' ? taken : ['a file of this name']
}

async function kindAt(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other'
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ENOTDIR') return 'other'
    throw error
  }
}
