/** Numbers in [0, 1). */
export type Random = () => number

/** Numbers that the seed alone decides (mulberry32 by T. Ettinger, public domain): a finding is repeated by its seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 to `bound` - 1. */
export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound)
}

/** One of the values; the list must not be empty. */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[below(random, values.length)] as Value
}
