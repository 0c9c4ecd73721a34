import { concatBytes, equalBytes } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import { assert } from '../../base/assert.ts'

const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)

/** RFC 6962 section 2.1: SHA-256(0x00 ‖ data). */
export function leafHash(sha256: Sha256, data: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF_PREFIX, data))
}

function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE_PREFIX, left, right))
}

/**
 * An append-only Merkle tree of RFC 6962. Keeps every complete subtree's hash, so a root or proof of any past size
 * costs O(log² n) hashes.
 */
export class MerkleTree {
  readonly #sha256: Sha256
  /** `#levels[k][i]` is the root of leaves `i·2^k … (i+1)·2^k − 1`. */
  readonly #levels: Uint8Array[][] = [[]]

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0
  }

  append(hash: Uint8Array): void {
    this.#levels[0]?.push(hash)
    for (let level = 0; ; level++) {
      const below = this.#levels[level] as Uint8Array[]
      if (below.length % 2 !== 0) return
      const joined = nodeHash(this.#sha256, below.at(-2) as Uint8Array, below.at(-1) as Uint8Array)
      const above = (this.#levels[level + 1] ??= [])
      above.push(joined)
    }
  }

  /** Forgets the leaves from `size` on: for entries that never became durable. */
  truncate(size: number): void {
    for (const [level, hashes] of this.#levels.entries())
      hashes.length = Math.min(hashes.length, Math.floor(size / 2 ** level))
  }

  root(size: number = this.size): Uint8Array {
    assert(size <= this.size, 'a root is asked for a size that exists')
    return size === 0 ? this.#sha256(new Uint8Array()) : this.#range(0, size)
  }

  /** Hash of leaves [start, end); `start` is a multiple of the largest power of two below the width. */
  #range(start: number, end: number): Uint8Array {
    const width = end - start
    if (Number.isInteger(Math.log2(width)) && start % width === 0)
      return (this.#levels[Math.log2(width)] as Uint8Array[])[start / width] as Uint8Array
    const split = start + largestPowerBelow(width)
    return nodeHash(this.#sha256, this.#range(start, split), this.#range(split, end))
  }

  /** Sibling hashes from the leaf upwards (RFC 6962 section 2.1.1). */
  inclusionProof(index: number, size: number = this.size): readonly Uint8Array[] {
    assert(index >= 0 && index < size && size <= this.size, 'an inclusion proof is asked for a leaf inside the tree')
    const proof: Uint8Array[] = []
    let start = 0
    let end = size
    while (end - start > 1) {
      const split = start + largestPowerBelow(end - start)
      if (index < split) {
        proof.push(this.#range(split, end))
        end = split
      } else {
        proof.push(this.#range(start, split))
        start = split
      }
    }
    return proof.reverse()
  }

  /** RFC 6962 section 2.1.2. */
  consistencyProof(from: number, to: number = this.size): readonly Uint8Array[] {
    assert(from > 0 && from <= to && to <= this.size, 'a consistency proof joins two sizes that exist')
    const proof: Uint8Array[] = []
    this.#subproof(from, 0, to, true, proof)
    return proof
  }

  // oxlint-disable-next-line max-params -- RFC 6962 SUBPROOF has these parameters
  #subproof(from: number, start: number, end: number, isWhole: boolean, proof: Uint8Array[]): void {
    const width = end - start
    if (from === width) {
      if (!isWhole) proof.push(this.#range(start, end))
      return
    }
    const split = largestPowerBelow(width)
    if (from <= split) {
      this.#subproof(from, start, start + split, isWhole, proof)
      proof.push(this.#range(start + split, end))
    } else {
      this.#subproof(from - split, start + split, end, false, proof)
      proof.push(this.#range(start, start + split))
    }
  }
}

/** Largest power of two that is smaller than `width` (≥ 2). */
function largestPowerBelow(width: number): number {
  let power = 1
  while (power * 2 < width) power *= 2
  return power
}

export interface InclusionClaim {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** RFC 9162 section 2.1.3.2. Everything in the claim may come from an attacker. */
export function verifyInclusion(sha256: Sha256, claim: InclusionClaim): boolean {
  if (
    !Number.isSafeInteger(claim.index) ||
    !Number.isSafeInteger(claim.size) ||
    claim.index < 0 ||
    claim.index >= claim.size
  )
    return false
  let node = claim.index
  let last = claim.size - 1
  let hash = claim.leaf
  for (const sibling of claim.proof) {
    if (last === 0 || sibling.length !== 32) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sha256, sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else hash = nodeHash(sha256, hash, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(hash, claim.root)
}

export interface ConsistencyClaim {
  readonly from: number
  readonly fromRoot: Uint8Array
  readonly to: number
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 section 2.1.4.2. Everything in the claim may come from an attacker. */
export function verifyConsistency(sha256: Sha256, claim: ConsistencyClaim): boolean {
  const { from, to } = claim
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || from > to) return false
  if (from === to) return claim.proof.length === 0 && equalBytes(claim.fromRoot, claim.toRoot)
  const proof = Number.isInteger(Math.log2(from)) ? [claim.fromRoot, ...claim.proof] : [...claim.proof]
  if (proof.length === 0 || proof.some((hash) => hash.length !== 32)) return false
  let node = from - 1
  let last = to - 1
  while (node % 2 === 1) {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  let older = proof[0] as Uint8Array
  let newer = older
  for (const hash of proof.slice(1)) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      older = nodeHash(sha256, hash, older)
      newer = nodeHash(sha256, hash, newer)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else newer = nodeHash(sha256, newer, hash)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(older, claim.fromRoot) && equalBytes(newer, claim.toRoot)
}
