import { constants } from 'node:fs'
import { access, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** PostgreSQL writes its log ahead in files of this size, made whole. */
const SEGMENT_BYTES = 16 * 1_048_576

/**
 * Throws the disk's own error where the files of an embedded database cannot be read or written, or no file of their size can
 * be: the engine says of all these only that it stopped, as it does of damage.
 */
export async function proveUsable(folder: string): Promise<void> {
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  let largest = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    await access(path, constants.R_OK | constants.W_OK | (entry.isDirectory() ? constants.X_OK : 0))
    if (entry.isFile()) largest = Math.max(largest, (await stat(path)).size)
  }
  const path = `${folder}.probe`
  const file = await open(path, 'w', 0o600)
  try {
    // Sparse: what limits the size of a file says so, and no space is taken.
    await file.truncate(Math.max(largest, SEGMENT_BYTES))
    await file.write(Buffer.alloc(SEGMENT_BYTES), 0, SEGMENT_BYTES, 0)
    await file.sync()
  } finally {
    await file.close()
    await unlink(path)
  }
}
