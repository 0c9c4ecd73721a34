import { textOf } from '../../base/bytes.ts'

/** A body as text; undefined where it is no UTF-8 or has more than `bytesMax` bytes, of which no more are read then. */
export async function readBounded(stream: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream) {
    length += part.length
    if (length > bytesMax) return undefined
    parts.push(part)
  }
  return textOf(Buffer.concat(parts))
}
