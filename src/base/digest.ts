import { hexOf, utf8 } from './bytes.ts'
import { canonicalJsonOf, type Json } from './json.ts'

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}` & { readonly __brand: 'Digest' }

/** SHA-256 as a port: `node:crypto` on servers, the pure twin in `base/sha256.ts` elsewhere. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

const DIGEST = /^sha256:[0-9a-f]{64}$/

export function parseDigest(text: string): Digest | undefined {
  return DIGEST.test(text) ? (text as Digest) : undefined
}

export function digestOfBytes(sha256: Sha256, bytes: Uint8Array): Digest {
  return `sha256:${hexOf(sha256(bytes))}` as Digest
}

/** Digest of the canonical JSON of a value that this program built. */
export function digestOfJson(sha256: Sha256, value: Json): Digest {
  return digestOfBytes(sha256, utf8(canonicalJsonOf(value)))
}

export function hexOfDigest(digest: Digest): string {
  return digest.slice('sha256:'.length)
}

/** For people: the first 12 digits. */
export function shortDigest(digest: Digest): string {
  return `sha256:${hexOfDigest(digest).slice(0, 12)}`
}
