/** One way that requests may go, with its share. */
export interface WeightedWay<Way> {
  readonly way: Way
  /** Share in percent of all requests. */
  readonly percent: number
}

const SLICES = 10_000

/**
 * The way of a caller, by the hash of what it is recognised by: the same caller always goes the same way, and raising a
 * share moves callers only from the rest to that way. `hash32` is any evenly spread 32-bit number.
 */
export function splitTraffic<Way>(rest: Way, ways: readonly WeightedWay<Way>[], hash32: number): Way {
  const slice = (hash32 >>> 0) % SLICES
  let upTo = 0
  for (const { way, percent } of ways) {
    upTo += percent * (SLICES / 100)
    if (slice < upTo) return way
  }
  return rest
}
