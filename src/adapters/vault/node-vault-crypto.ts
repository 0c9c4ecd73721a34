import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import type { VaultCrypto, VaultScope } from '../../domain/vault/vault.ts'
import { nodeRandomBytes, type RandomBytes } from '../crypto/node-crypto.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SALT = 'gatehouse.vault.v1'

/**
 * AES-256-GCM under a key per tenant and HMAC-SHA-256 under a key per scope, both by HKDF-SHA-256 (RFC 5869) from one master
 * key of 32 bytes. The scope and the token are authenticated with each value: bytes moved elsewhere do not open.
 */
export function nodeVaultCrypto(masterKey: Uint8Array, randomBytes: RandomBytes = nodeRandomBytes): VaultCrypto {
  if (masterKey.length !== KEY_BYTES) throw new RangeError(`the master key of a vault has ${KEY_BYTES} bytes`)
  const derive = (...info: readonly string[]): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', masterKey, SALT, JSON.stringify(info), KEY_BYTES))
  const sealingKey = ({ tenant }: VaultScope): Uint8Array => derive('seal', tenant)
  const context = ({ tenant, session, purpose }: VaultScope, token: string): Buffer =>
    Buffer.from(JSON.stringify([tenant, session, purpose, token]))
  return {
    mac: (scope, text) =>
      createHmac('sha256', derive('mac', scope.tenant, scope.session, scope.purpose))
        .update(text)
        .digest(),
    seal(scope, token, value) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealingKey(scope), nonce).setAAD(context(scope, token))
      const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return new Uint8Array(Buffer.concat([nonce, body, cipher.getAuthTag()]))
    },
    open(scope, token, sealed) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      const tagAt = sealed.length - TAG_BYTES
      const decipher = createDecipheriv('aes-256-gcm', sealingKey(scope), sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(context(scope, token))
        .setAuthTag(sealed.subarray(tagAt))
      const body = decipher.update(sealed.subarray(NONCE_BYTES, tagAt))
      try {
        return Buffer.concat([body, decipher.final()]).toString('utf8')
      } catch {
        // The only failure of `final` in this mode: the tag does not match.
        return undefined
      }
    },
  }
}
