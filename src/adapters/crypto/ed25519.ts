import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { digestOfBytes, type Digest } from '../../base/digest.ts'
import type { Signer, TrustedKey } from '../../domain/evidence/dsse.ts'
import { nodeSha256 } from './node-crypto.ts'

const signAsync = promisify<null, Uint8Array, KeyObject, Buffer>(sign)
/** SubjectPublicKeyInfo header of an Ed25519 key (RFC 8410); the 32 key bytes follow. */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex')

/** The 32 raw bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })
  return new Uint8Array(der.subarray(SPKI_HEADER.length))
}

export function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEADER, raw]), type: 'spki', format: 'der' })
}

export function ed25519Signer(privateKey: KeyObject): Signer & { readonly publicKey: Uint8Array } {
  const publicKey = rawPublicKey(privateKey)
  return {
    keyId: digestOfBytes(nodeSha256, publicKey),
    publicKey,
    sign: (bytes) => signAsync(null, bytes, privateKey),
  }
}

export function ed25519Verifier(publicKey: Uint8Array): TrustedKey {
  const key = publicKeyObject(publicKey)
  return {
    keyId: digestOfBytes(nodeSha256, publicKey) as Digest,
    verify: async (bytes, signature) => signature.length === 64 && verify(null, bytes, key, signature),
  }
}
