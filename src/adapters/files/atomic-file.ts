import { randomUUID } from 'node:crypto'
import { open, readFile, rename, unlink, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoOf } from './errno.ts'

/** Replaces a file so that a crash leaves the old or the new one, never a torn one. What comes in pieces is never held whole. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
  mode = 0o644,
): Promise<void> {
  const { draft, file } = await openDraft(path, mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await file.close()
    await unlink(draft)
    throw error
  }
  await file.close()
  await rename(draft, path)
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
  return { draft, file: await open(draft, 'wx', mode) }
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
