import type { FileHandle } from 'node:fs/promises'

/** One file of an archive. */
export interface TarMember {
  readonly path: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
/** No member is larger: each is read whole. */
export const MEMBER_BYTES_MAX = 80 * 1_048_576
const PATH = /^[a-z0-9][a-z0-9./-]{0,90}$/

/** A member as `tar` writes it (POSIX ustar): header, content, zeros up to a whole block. */
export function tarMember({ path, bytes }: TarMember): Uint8Array {
  const header = Buffer.alloc(BLOCK)
  header.write(path, 0, 100, 'ascii')
  header.write('0000600\u00000000000\u00000000000\u0000', 100, 'ascii')
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\u0000`, 124, 'ascii')
  header.write(`${'0'.repeat(11)}\u0000`, 136, 'ascii')
  header.write('        0', 148, 'ascii')
  header.write('ustar\u000000', 257, 'ascii')
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\u0000 `, 148, 'ascii')
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** Two empty blocks. */
export const TAR_END: Uint8Array = Buffer.alloc(2 * BLOCK)

function checksumOf(header: Buffer): number {
  let sum = 0
  for (const [at, byte] of header.entries()) sum += at >= 148 && at < 156 ? 32 : byte
  return sum
}

/** An archive is not one that `tarMember` wrote. */
export class TarDamaged extends Error {}

/** Reads what `tarMember` wrote, and nothing else: plain files with plain names, each byte of the frame as expected. */
export async function* readTar(file: FileHandle): AsyncGenerator<TarMember> {
  for (let at = 0; ;) {
    const header = await readExactly(file, at, BLOCK)
    if (header.equals(Buffer.alloc(BLOCK))) {
      const end = await readExactly(file, at, TAR_END.length)
      const { size } = await file.stat()
      if (!end.equals(TAR_END) || size !== at + TAR_END.length) throw new TarDamaged('something follows its end')
      return
    }
    const path = header.toString('ascii', 0, 100).replace(/\0+$/, '')
    const size = /^[0-7]{11}\0$/.test(header.toString('latin1', 124, 136))
      ? Number.parseInt(header.toString('ascii', 124, 135), 8)
      : -1
    if (!PATH.test(path) || path.includes('..') || size < 0 || size > MEMBER_BYTES_MAX)
      throw new TarDamaged(`the member at byte ${at} has no plain name or size`)
    const padded = Math.ceil(size / BLOCK) * BLOCK
    const content = await readExactly(file, at + BLOCK, padded)
    const bytes = content.subarray(0, size)
    // One spelling: what was read is written again, so no byte of the frame can differ.
    if (!Buffer.concat([header, content]).equals(tarMember({ path, bytes })))
      throw new TarDamaged(`the member \`${path}\` is not as it was written`)
    yield { path, bytes }
    at += BLOCK + padded
  }
}

async function readExactly(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const { bytesRead } = await file.read(bytes, got, length - got, at + got)
    if (bytesRead === 0) throw new TarDamaged('it ends too early')
    got += bytesRead
  }
  return bytes
}
