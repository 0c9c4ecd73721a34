import { createCipheriv, createDecipheriv } from 'node:crypto'
import { nodeRandomBytes } from './node-crypto.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM under a key of 32 bytes; the purpose is authenticated, so that what was sealed for one opens for no other. */
export function sealText(key: Uint8Array, purpose: string, text: string): string {
  const nonce = nodeRandomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')
}

/** Undefined when it was not sealed with this key for this purpose. */
export function openSealedText(key: Uint8Array, purpose: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  const body = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    return Buffer.concat([body, decipher.final()]).toString('utf8')
  } catch {
    // The only failure of `final` in this mode: the tag does not match.
    return undefined
  }
}
