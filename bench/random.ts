/** Seeded numbers in [0, 1): mulberry32, which is enough to vary texts and nothing else. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One of the items; throws for none. */
export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** Cuts to at most `size` UTF-16 units without halving a character. */
export function cut(text: string, size: number): string {
  const isHalf = (text.charCodeAt(size - 1) & 0xfc00) === 0xd800 && text.length > size
  return text.slice(0, isHalf ? size - 1 : size)
}
