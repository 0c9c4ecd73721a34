import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { Leaf } from '../../domain/ledger/leaf.ts'

/** What a use case wants recorded. */
export interface EntryDraft {
  readonly type: string
  /** The principal in clear; the leaf carries a pseudonym of it. */
  readonly actor: string
  readonly releaseDigest: Digest | null
  readonly payload: JsonObject
}

export interface LedgerEntry {
  readonly index: number
  readonly leaf: Leaf
  /** Hexadecimal. */
  readonly salt: string
  readonly payload: JsonObject
}

/** Append-only. An entry that `append` returned is durable and covered by a signed checkpoint. */
export interface Ledger {
  readonly size: number
  /** The newest signed checkpoint, verbatim. */
  readonly checkpoint: string
  append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>>
  read(from: number, to: number): AsyncIterable<LedgerEntry>
  inclusionProof(index: number, size: number): readonly Uint8Array[]
  consistencyProof(from: number, to: number): readonly Uint8Array[]
  /** Takes in what other servers have appended to the same ledger. */
  refresh(): Promise<void>
  /** Tells of entries that other servers appended; returns how to stop it. */
  onGrowth(listener: () => void): () => void
  close(): Promise<void>
}
