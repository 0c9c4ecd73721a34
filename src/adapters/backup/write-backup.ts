import { rename, unlink, type FileHandle } from 'node:fs/promises'
import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes } from '../../base/digest.ts'
import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { backupText, MANIFEST_PATH, TRUST_PATH, type BackupManifest } from '../../contract/backup/backup-manifest.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { openDraft, syncFolderOf } from '../files/atomic-file.ts'
import { errnoOf } from '../files/errno.ts'
import type { JournalLine } from '../ledger/journal.ts'
import { TAR_END, tarMember, type TarMember } from './tar.ts'

export interface BackupContent {
  readonly organization: string
  readonly origin: string
  readonly now: EpochMs
  readonly trustText: string
  /** Members below `keys/`; empty unless they were asked for. */
  readonly keys: readonly TarMember[]
  /** Signs the manifest with the ledger's key. */
  readonly sign: (text: string) => Promise<string>
  /** Verified already, or verified on the way. */
  readonly lines: AsyncIterable<JournalLine>
}

/** Characters of journal lines that share one member. */
const PART_CHARS = 8 * 1_048_576

/** Writes an archive that appears under its name only once it is whole and on disk; a failure leaves no part of it. */
export async function writeBackup(path: string, content: BackupContent): Promise<BackupManifest> {
  const { draft, file } = await openDraft(path, 0o600)
  try {
    const manifest = await writeMembers(file, content)
    await file.sync()
    await file.close()
    await rename(draft, path)
    await syncFolderOf(path)
    return manifest
  } catch (error) {
    await file.close()
    await unlink(draft).catch((gone: unknown) => {
      if (errnoOf(gone) !== 'ENOENT') throw gone
    })
    throw error
  }
}

async function writeMembers(file: FileHandle, content: BackupContent): Promise<BackupManifest> {
  const files: BackupManifest['files'] = []
  const add = async (path: string, bytes: Uint8Array): Promise<void> => {
    await file.writeFile(tarMember({ path, bytes }))
    files.push({ path, bytes: bytes.length, digest: digestOfBytes(nodeSha256, bytes) })
  }
  await add(TRUST_PATH, utf8(content.trustText))
  for (const { path, bytes } of content.keys) await add(path, bytes)
  let [text, parts, entries, checkpoint] = ['', 0, 0, '']
  const flush = async (): Promise<void> => {
    if (text === '') return
    parts += 1
    await add(`ledger/${String(parts).padStart(6, '0')}.jsonl`, utf8(text))
    text = ''
  }
  for await (const line of content.lines) {
    if ('checkpoint' in line) checkpoint = line.checkpoint
    else entries += 1
    text += `${JSON.stringify(line)}\n`
    if (text.length >= PART_CHARS) await flush()
  }
  await flush()
  const manifest: BackupManifest = {
    backupVersion: 1,
    organization: content.organization,
    origin: content.origin,
    madeAt: toRfc3339(content.now),
    entries,
    checkpoint,
    holdsKeys: content.keys.length > 0,
    files,
  }
  const note = await content.sign(backupText(manifest))
  await file.writeFile(tarMember({ path: MANIFEST_PATH, bytes: utf8(note) }))
  await file.writeFile(TAR_END)
  return manifest
}
