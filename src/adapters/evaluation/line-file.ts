import { readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

const CHUNK_BYTES = 131_072
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
    // One buffer for the whole file: it grows with the longest line, not with the file.
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES * 2)
    let [offset, held, number] = [0, 0, 0]
    for (;;) {
      if (held + CHUNK_BYTES > buffer.length) buffer = Buffer.concat([buffer.subarray(0, held)], buffer.length * 2)
      const { bytesRead } = await file.read(buffer, held, CHUNK_BYTES, offset + held)
      const end = held + bytesRead
      let from = 0
      for (let at = lineEnd(buffer, from, end); at >= 0; at = lineEnd(buffer, from, end)) {
        number += 1
        yield { text: buffer.toString('utf8', from, at), number, offset: offset + from, length: at - from }
        from = at + 1
      }
      buffer.copyWithin(0, from, end)
      held = end - from
      offset += from
      if (held > LINE_BYTES_MAX) throw new LineTooLong(number + 1)
      if (bytesRead > 0) continue
      if (options.withTail && held > 0)
        yield { text: buffer.toString('utf8', 0, held), number: number + 1, offset, length: held }
      return
    }
  } finally {
    await file.close()
  }
}

function lineEnd(buffer: Buffer, from: number, end: number): number {
  return buffer.subarray(0, end).indexOf(10, from)
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
