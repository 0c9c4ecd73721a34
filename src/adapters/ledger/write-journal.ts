import { open, rename, unlink } from 'node:fs/promises'
import { syncFolderOf } from '../files/atomic-file.ts'
import { errnoOf } from '../files/errno.ts'
import type { JournalLine } from './journal.ts'

const CHUNK_CHARS = 1_048_576

/** A journal file of verified lines: it is there whole and on disk, or not at all. `before` runs between the two. */
export async function writeJournal(
  path: string,
  lines: AsyncIterable<JournalLine>,
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const draft = `${path}.copy`
  const file = await open(draft, 'w', 0o600)
  try {
    let text = ''
    for await (const line of lines) {
      text += `${JSON.stringify(line)}\n`
      if (text.length < CHUNK_CHARS) continue
      await file.writeFile(text)
      text = ''
    }
    await file.writeFile(text)
    await file.sync()
    await before()
  } catch (error) {
    await file.close()
    await unlink(draft).catch((gone: unknown) => {
      if (errnoOf(gone) !== 'ENOENT') throw gone
    })
    throw error
  }
  await file.close()
  await rename(draft, path)
  await syncFolderOf(path)
}
