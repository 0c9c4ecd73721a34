import { concatBytes, utf8 } from '../../base/bytes.ts'
import { digestOfBytes, type Digest, type Sha256 } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'

/** What the Merkle tree commits to. The payload stays outside: destroy its salt and the log still verifies. */
export interface Leaf {
  readonly v: 1
  readonly id: string
  readonly type: string
  readonly at: EpochMs
  readonly organization: string
  /** A keyed pseudonym; who it stands for is in the payload. */
  readonly actor: string
  readonly releaseDigest: Digest | null
  readonly commitment: Digest
}

export function leafBytes(leaf: Leaf): Uint8Array {
  return utf8(canonicalJsonOf({ ...leaf }))
}

/** SHA-256(salt ‖ JCS(payload)). */
export function commitmentOf(sha256: Sha256, salt: Uint8Array, payload: JsonObject): Digest {
  return digestOfBytes(sha256, concatBytes(salt, utf8(canonicalJsonOf(payload))))
}
