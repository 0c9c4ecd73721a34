import { open } from 'node:fs/promises'
import { textOf } from '../../base/bytes.ts'
import { digestOfBytes } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  MANIFEST_PATH,
  parseBackupManifest,
  TRUST_PATH,
  type BackupManifest,
} from '../../contract/backup/backup-manifest.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { errnoOf } from '../files/errno.ts'
import { parseLine, type JournalLine } from '../ledger/journal.ts'
import { LedgerLinesDamaged } from '../ledger/verified-lines.ts'
import { readTar, TarDamaged, type TarMember } from './tar.ts'

export interface Backup {
  readonly manifest: BackupManifest
  /** The manifest as it was signed. */
  readonly note: string
  readonly trustText: string
  readonly keys: readonly TarMember[]
}

const KEYS_MAX = 20

/** Checks every digest and that nothing is missing or added; the ledger itself is verified as its lines are read. */
export async function openBackup(path: string): Promise<Result<Backup, Problem>> {
  const seen: BackupManifest['files'] = []
  const keys: TarMember[] = []
  let trustText: string | undefined
  let manifest: BackupManifest | undefined
  let note = ''
  try {
    const file = await open(path, 'r')
    try {
      for await (const { path: name, bytes } of readTar(file)) {
        if (manifest !== undefined) return damaged(path, 'something follows its manifest')
        if (name === MANIFEST_PATH) manifest = parseBackupManifest((note = textOf(bytes) ?? ''))
        else seen.push({ path: name, bytes: bytes.length, digest: digestOfBytes(nodeSha256, bytes) })
        if (name === MANIFEST_PATH && manifest === undefined) return damaged(path, 'its manifest cannot be read')
        if (name === TRUST_PATH) trustText = textOf(bytes)
        if (name.startsWith('keys/') && keys.length < KEYS_MAX) keys.push({ path: name, bytes })
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof TarDamaged) return damaged(path, error.message)
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'db/unreadable',
      message: `\`${path}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'check the path and its rights',
    })
  }
  if (manifest === undefined || trustText === undefined) return damaged(path, 'it was never finished')
  if (JSON.stringify(manifest.files) !== JSON.stringify(seen))
    return damaged(path, 'its files are not those of its manifest')
  return ok({ manifest, note, trustText, keys })
}

function damaged(path: string, what: string): Result<never, Problem> {
  return fail({
    code: 'db/backup-damaged',
    message: `\`${path}\` is no whole backup: ${what}`,
    next: 'use another backup; nothing was written',
  })
}

/** The ledger in a backup, line by line; the caller verifies them. */
export async function* backupLines(path: string): AsyncGenerator<JournalLine> {
  const file = await open(path, 'r')
  try {
    for await (const { path: name, bytes } of readTar(file)) {
      if (!name.startsWith('ledger/')) continue
      const text = textOf(bytes)
      if (text === undefined || !text.endsWith('\n')) throw new LedgerLinesDamaged(`\`${name}\` has no whole lines`)
      for (const one of text.slice(0, -1).split('\n')) {
        const line = parseLine(one)
        if (line === undefined) throw new LedgerLinesDamaged(`\`${name}\` holds a line that is none of a journal`)
        yield line
      }
    }
  } finally {
    await file.close()
  }
}
