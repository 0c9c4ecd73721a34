import { createHash } from 'node:crypto'
import { array, assert, integer, property, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  pathShape,
  proofShape,
  referencePath,
  referenceProof,
  referenceRoot,
} from '../../../test/support/reference-merkle.ts'
import vectors from '../../../test/vectors/transparency-log.json' with { type: 'json' }
import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import {
  leafHash,
  MerkleTree,
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './merkle.ts'

const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(hexOf)

function treeOf(hashes: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree(sha256)
  for (const hash of hashes) tree.append(hash)
  return tree
}

/** Distinct leaves: with equal ones another index would be just as true. */
const LEAVES = Array.from({ length: 40 }, (_, index) => leafHash(sha256, utf8(`leaf ${index}`)))
const TREE = treeOf(LEAVES)
const SIZES = LEAVES.map((_, index) => index + 1)

describe('the vectors of RFC 6962', () => {
  const { leaf_inputs_hex, leaf_hashes, roots_by_size, empty_root, inclusion, consistency } = vectors.rfc6962
  const hashes = leaf_inputs_hex.map((input) => leafHash(sha256, fromHex(input)))
  const tree = treeOf(hashes)

  test('leaves and roots have the published hashes', () => {
    expect(hexes(hashes)).toEqual(leaf_hashes)
    expect(hexOf(tree.root(0))).toBe(empty_root)
    expect(roots_by_size.map((_, index) => hexOf(tree.root(index + 1)))).toEqual(roots_by_size)
  })

  test.each(inclusion)('leaf $index is proven in the tree of $size', ({ index, size, proof }) => {
    expect(hexes(tree.inclusionProof(index, size))).toEqual(proof)
    const claim = {
      leaf: fromHex(leaf_hashes[index]!),
      index,
      size,
      proof: proof.map(fromHex),
      root: fromHex(roots_by_size[size - 1]!),
    }
    expect(verifyInclusion(sha256, claim)).toBe(true)
  })

  test.each(consistency)('the tree of $from is proven to be the start of the tree of $to', ({ from, to, proof }) => {
    expect(hexes(tree.consistencyProof(from, to))).toEqual(proof)
    const claim = {
      from,
      fromRoot: fromHex(roots_by_size[from - 1]!),
      to,
      toRoot: fromHex(roots_by_size[to - 1]!),
      proof: proof.map(fromHex),
    }
    expect(verifyConsistency(sha256, claim)).toBe(true)
  })
})

describe('against the naive reference', () => {
  test('roots and proofs of random leaf lists are those of the recursive definition', () => {
    assert(
      property(
        array(uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 }),
        integer({ min: 0 }),
        integer({ min: 0 }),
        (inputs, a, b) => {
          const hashes = inputs.map((input) => leafHash(sha256, input))
          const tree = treeOf(hashes)
          const size = 1 + (a % hashes.length)
          const past = hashes.slice(0, size)
          const index = b % size
          const from = 1 + (b % size)
          expect(hexOf(tree.root(size))).toBe(referenceRoot(past).toString('hex'))
          expect(hexes(tree.inclusionProof(index, size))).toEqual(hexes(referencePath(index, past)))
          expect(hexes(tree.consistencyProof(from, size))).toEqual(hexes(referenceProof(from, past)))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a tree that was cut and grown again equals one that never held the lost leaves', () => {
    const lists = array(uint8Array({ minLength: 1, maxLength: 4 }), { maxLength: 40 })
    assert(
      property(lists, lists, lists, (kept, lost, later) => {
        const [keptHashes, lostHashes, laterHashes] = [kept, lost, later].map((inputs) =>
          inputs.map((input) => leafHash(sha256, input)),
        )
        const cut = treeOf([...keptHashes!, ...lostHashes!])
        cut.truncate(keptHashes!.length)
        expect(cut.size).toBe(keptHashes!.length)
        for (const hash of laterHashes!) cut.append(hash)
        const never = treeOf([...keptHashes!, ...laterHashes!])
        expect(cut.size).toBe(never.size)
        for (let size = 0; size <= never.size; size++) expect(hexOf(cut.root(size))).toBe(hexOf(never.root(size)))
        for (let index = 0; index < never.size; index++)
          expect(hexes(cut.inclusionProof(index))).toEqual(hexes(never.inclusionProof(index)))
      }),
    )
  })

  test('cutting to the present size or beyond it changes nothing', () => {
    const tree = treeOf(LEAVES.slice(0, 7))
    for (const size of [7, 8, 1_000]) tree.truncate(size)
    expect(hexOf(tree.root())).toBe(hexOf(TREE.root(7)))
  })
})

function inclusionClaim(index: number, size: number): InclusionClaim {
  return { leaf: LEAVES[index]!, index, size, proof: TREE.inclusionProof(index, size), root: TREE.root(size) }
}

function consistencyClaim(from: number, to: number): ConsistencyClaim {
  return { from, fromRoot: TREE.root(from), to, toRoot: TREE.root(to), proof: TREE.consistencyProof(from, to) }
}

function flipped(hash: Uint8Array, byte: number): Uint8Array {
  const copy = Uint8Array.from(hash)
  copy[byte % hash.length]! ^= 1 << (byte % 8)
  return copy
}

/** Every proof that is one step away: a hash changed, cut, grown, left out, doubled, moved or added. */
function* otherProofs(proof: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  for (const [position, hash] of proof.entries()) {
    yield proof.with(position, flipped(hash, position * 7 + 3))
    yield proof.with(position, hash.slice(0, 31))
    yield proof.with(position, Uint8Array.of(...hash, 0))
    yield proof.with(position, new Uint8Array())
    yield proof.toSpliced(position, 1)
    yield proof.toSpliced(position, 0, hash)
    if (position > 0) yield proof.with(position, proof[position - 1]!).with(position - 1, hash)
  }
  yield [...proof, LEAVES[0]!]
  yield [LEAVES[39]!, ...proof]
}

describe.each(SIZES)('in the tree of %d', (size) => {
  test('every leaf has a proof that verifies, and no changed leaf, root or proof does', () => {
    for (let index = 0; index < size; index++) {
      const claim = inclusionClaim(index, size)
      const where = `leaf ${index} of ${size}`
      expect(verifyInclusion(sha256, claim), where).toBe(true)
      for (const proof of otherProofs(claim.proof))
        expect(verifyInclusion(sha256, { ...claim, proof }), where).toBe(false)
      for (const byte of [0, 13, 31]) {
        expect(verifyInclusion(sha256, { ...claim, leaf: flipped(claim.leaf, byte) }), where).toBe(false)
        expect(verifyInclusion(sha256, { ...claim, root: flipped(claim.root, byte) }), where).toBe(false)
      }
      expect(verifyInclusion(sha256, { ...claim, root: claim.root.slice(0, 31) }), where).toBe(false)
      expect(verifyInclusion(sha256, { ...claim, leaf: new Uint8Array() }), where).toBe(false)
    }
  })

  test('no other index verifies, and another size only where the path is the same by definition', () => {
    for (let index = 0; index < size; index++) {
      const claim = inclusionClaim(index, size)
      for (let other = -1; other <= size + 1; other++)
        expect(
          verifyInclusion(sha256, { ...claim, index: other }),
          `leaf ${index} of ${size} claimed at ${other}`,
        ).toBe(other === index)
      // The size is bound by the signed checkpoint beside the root; the path alone cannot tell trees of one shape apart.
      for (let other = 0; other <= 41; other++)
        expect(verifyInclusion(sha256, { ...claim, size: other }), `leaf ${index} of ${size} claimed in ${other}`).toBe(
          pathShape(index, other) === pathShape(index, size),
        )
    }
  })

  test('every earlier size has a proof that verifies, and no changed root, proof or size does', () => {
    for (let from = 1; from <= size; from++) {
      const claim = consistencyClaim(from, size)
      const where = `from ${from} to ${size}`
      expect(verifyConsistency(sha256, claim), where).toBe(true)
      for (const proof of otherProofs(claim.proof))
        expect(verifyConsistency(sha256, { ...claim, proof }), where).toBe(false)
      for (const byte of [0, 13, 31]) {
        expect(verifyConsistency(sha256, { ...claim, fromRoot: flipped(claim.fromRoot, byte) }), where).toBe(false)
        expect(verifyConsistency(sha256, { ...claim, toRoot: flipped(claim.toRoot, byte) }), where).toBe(false)
      }
      if (from < size) expect(verifyConsistency(sha256, { ...claim, fromRoot: claim.toRoot }), where).toBe(false)
      for (let other = 0; other <= 41; other++) {
        expect(verifyConsistency(sha256, { ...claim, from: other }), `${where} claimed from ${other}`).toBe(
          sameProof({ from: other, to: size }, { from, to: size }),
        )
        expect(verifyConsistency(sha256, { ...claim, to: other }), `${where} claimed to ${other}`).toBe(
          sameProof({ from, to: other }, { from, to: size }),
        )
      }
    }
  })
})

/** Sizes, too, are bound by the signed checkpoints: a proof cannot tell two pairs of sizes of one shape apart. */
function sameProof(claimed: { from: number; to: number }, real: { from: number; to: number }): boolean {
  return proofShape(claimed.from, claimed.to) === proofShape(real.from, real.to)
}

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3' as unknown as number])(
  'a claim with the number %s is refused',
  (odd) => {
    const inclusion = inclusionClaim(3, 9)
    const consistency = consistencyClaim(3, 9)
    for (const claim of [
      { ...inclusion, index: odd },
      { ...inclusion, size: odd },
    ])
      expect(verifyInclusion(sha256, claim)).toBe(false)
    for (const claim of [
      { ...consistency, from: odd },
      { ...consistency, to: odd },
    ])
      expect(verifyConsistency(sha256, claim)).toBe(false)
  },
)

test('a node of the tree cannot be passed off as a leaf', () => {
  const node = TREE.root(2)
  expect(
    verifyInclusion(sha256, {
      leaf: node,
      index: 0,
      size: 4,
      proof: TREE.inclusionProof(0, 4).slice(1),
      root: TREE.root(4),
    }),
  ).toBe(false)
  expect(hexOf(leafHash(sha256, Buffer.concat([LEAVES[0]!, LEAVES[1]!])))).not.toBe(hexOf(node))
})

test('asking a tree for what it does not hold is a bug, and stops', () => {
  const tree = treeOf(LEAVES.slice(0, 3))
  expect(() => tree.root(4)).toThrow('invariant broken')
  expect(() => tree.inclusionProof(3)).toThrow('invariant broken')
  expect(() => tree.inclusionProof(0, 4)).toThrow('invariant broken')
  expect(() => tree.consistencyProof(0)).toThrow('invariant broken')
  expect(() => tree.consistencyProof(3, 2)).toThrow('invariant broken')
})
