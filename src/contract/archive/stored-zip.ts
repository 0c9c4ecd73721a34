import { compareBytes, concatBytes, equalBytes, textOf, utf8 } from '../../base/bytes.ts'

/** A file in an archive. */
export interface ArchiveFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** 1980-01-01 00:00, the earliest instant that a ZIP can name: archives of the same files are the same bytes. */
const DOS_DATE = 0x0021
const FILES_MAX = 50_000
export const ARCHIVE_BYTES_MAX = 512 * 1_048_576
const END_BYTES = 22
const UTF8_FLAG = 0x0800

/** A ZIP with stored (uncompressed) entries in bytewise order and nothing optional: one spelling for one content. */
export function writeStoredZip(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const sorted = files
    .map((file) => ({ ...file, name: utf8(file.path) }))
    .toSorted((left, right) => compareBytes(left.name, right.name))
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, bytes } of sorted) {
    const head = fields([[4, 0x04034b50], [2, 10], ...shared(bytes, name.length)])
    directory.push(
      fields([
        [4, 0x02014b50],
        [2, 10],
        [2, 10],
        ...shared(bytes, name.length),
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, offset],
      ]),
      name,
    )
    parts.push(head, name, bytes)
    offset += head.length + name.length + bytes.length
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0)
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, sorted.length],
    [2, sorted.length],
    [4, directoryBytes],
    [4, offset],
    [2, 0],
  ])
  return concatBytes(...parts, ...directory, end)
}

/** Fields that local header and directory have in common: flags, method, time, date, CRC, sizes, name length, extra length. */
function shared(bytes: Uint8Array, nameLength: number): readonly (readonly [2 | 4, number])[] {
  return [
    [2, UTF8_FLAG],
    [2, 0],
    [2, 0],
    [2, DOS_DATE],
    [4, crc32(bytes)],
    [4, bytes.length],
    [4, bytes.length],
    [2, nameLength],
    [2, 0],
  ]
}

function fields(values: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [size]) => sum + size, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [size, value] of values) {
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += size
  }
  return bytes
}

/**
 * Reads an archive that `writeStoredZip` wrote, and nothing else: what was read is written again and compared byte for
 * byte, so no header, gap or trailing byte can differ. Undefined for anything else. Never throws.
 */
export function readStoredZip(archive: Uint8Array): readonly ArchiveFile[] | undefined {
  if (archive.length < END_BYTES || archive.length > ARCHIVE_BYTES_MAX) return undefined
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const end = archive.length - END_BYTES
  if (view.getUint32(end, true) !== 0x06054b50) return undefined
  const count = view.getUint16(end + 10, true)
  if (count > FILES_MAX) return undefined
  const files: ArchiveFile[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + 30 > end || view.getUint32(at, true) !== 0x04034b50) return undefined
    const size = view.getUint32(at + 18, true)
    const nameLength = view.getUint16(at + 26, true)
    const start = at + 30 + nameLength
    if (start + size > end) return undefined
    const path = textOf(archive.slice(at + 30, start))
    if (path === undefined || !isPlainPath(path)) return undefined
    files.push({ path, bytes: archive.slice(start, start + size) })
    at = start + size
  }
  return equalBytes(writeStoredZip(files), archive) ? files : undefined
}

/** Relative, without `..`, backslash or control characters. */
function isPlainPath(path: string): boolean {
  return (
    /^[A-Za-z0-9._/-]{1,200}$/.test(path) &&
    !path.startsWith('/') &&
    !path.split('/').some((part) => part === '' || part === '.' || part === '..')
  )
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number)
  return (crc ^ 0xffffffff) >>> 0
}
