import { readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

const CHUNK_BYTES = 1_048_576
/** A longer line is no line of ours. */
const LINE_BYTES_MAX = 16 * 1_048_576

export interface Line {
  readonly text: string
  /** 1 for the first. */
  readonly number: number
  readonly offset: number
  readonly length: number
}

export class LineTooLong extends Error {
  readonly line: number
  constructor(line: number) {
    super(`line ${line} is longer than ${LINE_BYTES_MAX} bytes`)
    this.line = line
  }
}

/** Lines of a file with their places, read in pieces; a last line without an end is left out unless `withTail`. */
export async function* readLines(path: string, options: { readonly withTail: boolean }): AsyncGenerator<Line> {
  const file = await open(path, 'r')
  try {
    let rest = Buffer.alloc(0)
    let [offset, number] = [0, 0]
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, offset + rest.length)
      const bytes =
        rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      let from = 0
      for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
        number += 1
        yield { text: bytes.toString('utf8', from, end), number, offset: offset + from, length: end - from }
        from = end + 1
      }
      rest = bytes.subarray(from)
      offset += from
      if (rest.length > LINE_BYTES_MAX) throw new LineTooLong(number + 1)
      if (bytesRead > 0) continue
      if (options.withTail && rest.length > 0)
        yield { text: rest.toString('utf8'), number: number + 1, offset, length: rest.length }
      return
    }
  } finally {
    await file.close()
  }
}

/** Where lines stand: twelve bytes a line, however long they are. */
export class LineIndex {
  #offsets = new Float64Array(1_024)
  #lengths = new Uint32Array(1_024)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(offset: number, length: number): void {
    if (this.#count === this.#offsets.length) {
      this.#offsets = grown(this.#offsets, Float64Array)
      this.#lengths = grown(this.#lengths, Uint32Array)
    }
    this.#offsets[this.#count] = offset
    this.#lengths[this.#count] = length
    this.#count += 1
  }

  /** Synchronous: the line is in the system's cache most often, where a turn through the thread pool costs ten times the read. */
  read(file: FileHandle, index: number): string {
    const length = this.#lengths[index] as number
    const bytes = Buffer.allocUnsafe(length)
    readSync(file.fd, bytes, 0, length, this.#offsets[index] as number)
    return bytes.toString('utf8')
  }
}

function grown<Numbers extends Float64Array | Uint32Array>(
  from: Numbers,
  make: new (length: number) => Numbers,
): Numbers {
  const to = new make(from.length * 2)
  to.set(from)
  return to
}
