import { createHash, createHmac, createSecretKey, hash, randomBytes, randomInt } from 'node:crypto'
import type { Sha256 } from '../../base/digest.ts'

export const nodeSha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

export type RandomBytes = (count: number) => Uint8Array

export const nodeRandomBytes: RandomBytes = (count) => new Uint8Array(randomBytes(count))

const CHANCE_STEPS = 2 ** 32

/** Evenly spread in [0, 1). */
export const nodeChance = (): number => randomInt(CHANCE_STEPS) / CHANCE_STEPS

/** Digests of texts by purpose, under a key. */
export type TextDigest = (purpose: string, text: string) => string

const DIGEST_CHARS = 32

/** HMAC-SHA256 in hexadecimal, cut to 128 bits. The key is prepared once: preparing it costs more than a short text. */
export function keyedTextDigest(key: Uint8Array): TextDigest {
  const prepared = createSecretKey(key)
  return (purpose, text) =>
    createHmac('sha256', prepared).update(`${purpose}\n${text}`).digest('hex').slice(0, DIGEST_CHARS)
}

/**
 * Digests that mean something to this process alone, under a secret that ends with it: one call of the hash, which is
 * several times cheaper than a HMAC. The whole of SHA-256 is kept, and nobody is shown one, so no two texts are taken for
 * each other and no longer text is derived from a digest.
 */
export function processTextDigest(secret: Uint8Array = nodeRandomBytes(32)): TextDigest {
  const head = Buffer.from(secret).toString('base64')
  return (purpose, text) => hash('sha256', `${head}${purpose.length}\n${purpose}${text}`, 'base64url')
}
