import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoOf } from './errno.ts'

/** Replaces a file so that a crash leaves the old or the new one, never a torn one. What comes in pieces is never held whole. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
  mode = 0o644,
): Promise<void> {
  const draft = `${path}.draft`
  const file = await open(draft, 'w', mode)
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
  // The new name survives a power cut only once the directory itself is on disk.
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
