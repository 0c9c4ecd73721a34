import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, readdir, readFile, rename, unlink, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoOf } from './errno.ts'

/** Replaces a file so that a crash leaves the old or the new one, never a torn one. What comes in pieces is never held whole. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
  mode = 0o644,
): Promise<void> {
  const { draft, file } = await openDraft(path, mode)
  try {
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    // Fails where a folder stands in the place of the file.
    await rename(draft, path)
  } catch (error) {
    await unlink(draft)
    throw error
  }
  await syncFolderOf(path)
}

/**
 * A new file beside the one that it will replace. SECURITY: in a folder that others write to, a file or link that lies there
 * already would keep its owner, mode and target; so nobody can tell the name, and nothing that exists is opened.
 */
export async function openDraft(
  path: string,
  mode: number,
): Promise<{ readonly draft: string; readonly file: FileHandle }> {
  const draft = `${path}.${randomUUID()}.draft`
  const file = await open(draft, 'wx', mode)
  try {
    await removeLeftDrafts(path, await file.stat())
  } catch (error) {
    await file.close()
    await unlink(draft)
    throw error
  }
  return { draft, file }
}

/** Whoever still writes a draft has written to it since. */
const LEFT_MS = 3_600_000
const DRAFT_ENDING = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.draft$/

/** The file that a draft was to become, for people: they never named the draft. */
export const withoutDraft = (path: string): string => path.replace(DRAFT_ENDING, '')

/** What a crash left of earlier drafts of this file; those of another user, and a folder that cannot be read, are let be. */
async function removeLeftDrafts(path: string, own: Stats): Promise<void> {
  const folder = dirname(path)
  const name = basename(path)
  try {
    for (const entry of await readdir(folder)) {
      if (entry === name || withoutDraft(entry) !== name) continue
      const left = join(folder, entry)
      const { mtimeMs, uid } = await lstat(left)
      if (own.mtimeMs - mtimeMs > LEFT_MS && uid === own.uid) await unlink(left)
    }
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) throw error
  }
}

/** A new name survives a power cut only once the directory itself is on disk. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Undefined when the file does not exist; other failures throw. */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
