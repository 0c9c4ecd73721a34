import { createHash } from 'node:crypto'

/** RFC 6962 section 2.1 word for word: recursive, slow, and sharing no line with the code under test. */
export function referenceRoot(leafHashes: readonly Uint8Array[]): Buffer {
  if (leafHashes.length === 0) return createHash('sha256').digest()
  if (leafHashes.length === 1) return Buffer.from(leafHashes[0]!)
  const k = splitOf(leafHashes.length)
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(referenceRoot(leafHashes.slice(0, k)))
    .update(referenceRoot(leafHashes.slice(k)))
    .digest()
}

/** PATH(m, D[n]) of section 2.1.1. */
export function referencePath(m: number, leafHashes: readonly Uint8Array[]): Buffer[] {
  if (leafHashes.length === 1) return []
  const k = splitOf(leafHashes.length)
  const [left, right] = [leafHashes.slice(0, k), leafHashes.slice(k)]
  return m < k
    ? [...referencePath(m, left), referenceRoot(right)]
    : [...referencePath(m - k, right), referenceRoot(left)]
}

/** PROOF(m, D[n]) of section 2.1.2. */
export function referenceProof(m: number, leafHashes: readonly Uint8Array[], whole = true): Buffer[] {
  if (m === leafHashes.length) return whole ? [] : [referenceRoot(leafHashes)]
  const k = splitOf(leafHashes.length)
  const [left, right] = [leafHashes.slice(0, k), leafHashes.slice(k)]
  return m <= k
    ? [...referenceProof(m, left, whole), referenceRoot(right)]
    : [...referenceProof(m - k, right, false), referenceRoot(left)]
}

/** On which side each sibling of the path stands: claims of one shape compute the same hash. */
export function pathShape(m: number, size: number): string {
  if (m < 0 || m >= size) return 'no such leaf'
  if (size === 1) return ''
  const k = splitOf(size)
  return m < k ? `${pathShape(m, k)}R` : `${pathShape(m - k, size - k)}L`
}

/** The same for a consistency proof. */
export function proofShape(m: number, size: number, whole = true): string {
  if (m < 1 || m > size) return 'no such size'
  if (m === size) return whole ? 'whole' : 'part'
  const k = splitOf(size)
  return m <= k ? `${proofShape(m, k, whole)}R` : `${proofShape(m - k, size - k, false)}L`
}

function splitOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1)
}
