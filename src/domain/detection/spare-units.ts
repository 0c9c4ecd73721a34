/** Larger buffers are not kept. */
const KEPT_MAX = 0x80000

/**
 * Memory that one search after another uses: fresh pages for every long text cost more than the search. What was taken is the
 * taker's until the next one takes; nothing in it is cleared.
 */
export class SpareUnits {
  #units = new Uint16Array(0)

  take(length: number): Uint16Array<ArrayBuffer> {
    if (length > KEPT_MAX) return new Uint16Array(length)
    if (this.#units.length < length) this.#units = new Uint16Array(Math.min(KEPT_MAX, 2 * length))
    return this.#units
  }
}
