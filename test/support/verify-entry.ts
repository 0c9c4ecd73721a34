import { strict as assert } from 'node:assert'
import { createHash, createPublicKey, verify } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Ledger, LedgerEntry } from '../../src/application/ledger/ledger.ts'

/**
 * An auditor's check, written against the formats alone: nothing is shared with the code under test but the entry, the
 * checkpoint's text and the proof hashes.
 */
export function verifyEntry(entry: LedgerEntry, ledger: Ledger, origin: string, publicKey: Uint8Array): void {
  const { size, root } = verifyCheckpoint(ledger.checkpoint, origin, publicKey)
  assert.equal(size, ledger.size)
  const commitment = hash(Buffer.from(entry.salt, 'hex'), canonicalize(entry.payload)!).toString('hex')
  assert.equal(entry.leaf.commitment, `sha256:${commitment}`)
  const leaf = hash(Buffer.of(0), canonicalize(entry.leaf)!)
  assert.deepEqual(climb(leaf, entry.index, size, [...ledger.inclusionProof(entry.index, size)]), root)
}

/** The size and root that a checkpoint states, once its signature is seen to be that of the ledger's key. */
export function verifyCheckpoint(
  checkpoint: string,
  origin: string,
  publicKey: Uint8Array,
): { readonly size: number; readonly root: Buffer } {
  const [firstLine, size, root, blank, signatureLine, end] = checkpoint.split('\n')
  assert.deepEqual([firstLine, blank, end], [origin, '', ''])
  const signed = Buffer.from(signatureLine!.slice(`— ${origin} `.length), 'base64')
  assert.deepEqual(signed.subarray(0, 4), hash(`${origin}\n\u0001`, publicKey).subarray(0, 4))
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  })
  assert.ok(
    verify(null, Buffer.from(`${firstLine}\n${size}\n${root}\n`), key, signed.subarray(4)),
    'the checkpoint is signed by the ledger',
  )
  return { size: Number(size), root: Buffer.from(root!, 'base64') }
}

function hash(...parts: readonly (string | Uint8Array)[]): Buffer {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}

/** The root that a leaf and its siblings lead to: RFC 6962's PATH read backwards, by recursion. */
function climb(leaf: Buffer, index: number, size: number, siblings: Uint8Array[]): Buffer {
  if (size === 1) {
    assert.equal(siblings.length, 0, 'the proof has no hash left over')
    return leaf
  }
  const sibling = siblings.pop()
  assert.ok(sibling !== undefined, 'the proof has a hash for every step')
  const split = 2 ** Math.ceil(Math.log2(size) - 1)
  return index < split
    ? hash(Buffer.of(1), climb(leaf, index, split, siblings), sibling)
    : hash(Buffer.of(1), sibling, climb(leaf, index - split, size - split, siblings))
}
