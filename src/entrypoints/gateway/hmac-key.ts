import { createHmac } from 'node:crypto'
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

/** What a gateway is called in records and by the control plane: the same as long as its folder is. */
export function gatewayName(key: Uint8Array): string {
  return `gw-${createHmac('sha256', key).update('name').digest('hex').slice(0, 12)}`
}
