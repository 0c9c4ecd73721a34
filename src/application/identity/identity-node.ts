import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { IdentityStore } from './identity-store.ts'

/** The owner of a state, with what identity needs. */
export interface IdentityNode extends OwnerNode {
  readonly identity: IdentityStore
  /** 43 characters of 256 random bits. */
  readonly newSecret: () => string
  /** 32 bytes that only this installation can derive, another for each purpose. */
  readonly keyFor: (purpose: string) => Uint8Array
}

/** Secrets have 256 random bits, so a plain hash of one tells nothing; what is looked up by hash needs no constant-time comparison. */
export function secretHash(sha256: Sha256, secret: string): string {
  return hexOf(sha256(utf8(secret)))
}

/** A credential that names its record: prefix, id, secret. Undefined when the text is none. */
export function partsOfToken(prefix: string, token: string): string | undefined {
  const match = /^([a-z]{3})_([0-9A-HJKMNP-TV-Z]{26})_[\w-]{43}$/.exec(token)
  return match?.[1] === prefix ? match[2] : undefined
}
