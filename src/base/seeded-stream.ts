/** Numbers in [0, 1). */
export type RandomStream = () => number

/**
 * Numbers that the seed and the keys alone decide (sfc32 by C. Doty-Humphrey, public domain, seeded by FNV-1a): each purpose
 * draws from a stream of its own, so that one more draw here changes nothing there. Not for secrets.
 */
export function seededStream(seed: number, ...keys: readonly (string | number)[]): RandomStream {
  const text = [seed, ...keys].join('\u0000')
  let a = fnv1a(text, 0x811c9dc5)
  let b = fnv1a(text, 0x9747b28c)
  let c = fnv1a(text, 0x3c6ef372)
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  // The generator's authors ask for some rounds before the state is mixed.
  for (let round = 0; round < 15; round++) next()
  return next
}

/** A permutation of 0 … n − 1 (Fisher–Yates). */
export function seededOrder(random: RandomStream, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, index) => index)
  for (let last = n - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const kept = order[last] as number
    order[last] = order[other] as number
    order[other] = kept
  }
  return order
}

function fnv1a(text: string, start: number): number {
  let hash = start
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash | 0
}
