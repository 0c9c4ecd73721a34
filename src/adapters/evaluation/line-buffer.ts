const BYTES_FIRST = 65_536
const LINE_END = 10
/** Bytes that a UTF-16 code unit takes at most. */
const UTF8_FACTOR = 3

/**
 * Lines that wait for the disk, as bytes outside the heap: they outlive a collection or two, and as texts they would be moved
 * each time.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(BYTES_FIRST)
  #spare = Buffer.allocUnsafe(BYTES_FIRST)
  #length = 0

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  push(line: string): void {
    const most = this.#length + line.length * UTF8_FACTOR + 1
    if (most > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(most, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    this.#length += this.#bytes.write(line, this.#length)
    this.#bytes[this.#length++] = LINE_END
  }

  /** Everything that waits, good until the next `take`; lines that come meanwhile wait for that one. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    const spare = this.#spare
    this.#spare = this.#bytes
    this.#bytes = spare
    this.#length = 0
    return taken
  }
}
