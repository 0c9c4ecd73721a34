/** Keeps the newest `capacity` items and counts what it let go: a gap is seen, never silent. */
export class BoundedList<Item> {
  readonly #items: Item[] = []
  readonly #capacity: number
  #dropped = 0

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be a positive integer: ${capacity}`)
    this.#capacity = capacity
  }

  push(item: Item): void {
    this.#items.push(item)
    if (this.#items.length > this.#capacity) {
      this.#items.shift()
      this.#dropped += 1
    }
  }

  get items(): readonly Item[] {
    return this.#items
  }

  get dropped(): number {
    return this.#dropped
  }
}
