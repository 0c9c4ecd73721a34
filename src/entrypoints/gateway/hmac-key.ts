import { readFile } from 'node:fs/promises'
import type { RandomBytes } from '../../adapters/crypto/node-crypto.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { writeFileAtomic } from '../../adapters/files/atomic-file.ts'

const KEY_BYTES = 32

/** The gateway's own secret for pseudonyms and message signatures: made once, kept with mode 0600. */
export async function openHmacKey(path: string, randomBytes: RandomBytes): Promise<Uint8Array> {
  try {
    const key = await readFile(path)
    if (key.length === KEY_BYTES) return key
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
  const key = randomBytes(KEY_BYTES)
  await writeFileAtomic(path, key, 0o600)
  return key
}
