import { textOf } from '../../base/bytes.ts'
import { fail, ok, type Result } from '../../base/result.ts'

const BLOCK = 512
const FILES_MAX = 1_000
const PATH_CHARS_MAX = 300

/**
 * Files of a tar archive (POSIX ustar), by path. Links, devices and extended headers are refused, as are paths that leave
 * the archive or come twice. SECURITY: the archive is untrusted; nothing of it is ever written to a disk.
 */
export function readTar(archive: Uint8Array): Result<ReadonlyMap<string, Uint8Array>, string> {
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at + BLOCK <= archive.length;) {
    const head = archive.subarray(at, at + BLOCK)
    if (head.every((byte) => byte === 0)) return ok(files)
    const entry = readHead(head)
    if (!entry.ok) return entry
    const { path, size, isFolder } = entry.value
    const start = at + BLOCK
    if (start + size > archive.length) return fail(`\`${path}\` is cut off`)
    if (!isFolder) {
      if (files.has(path)) return fail(`\`${path}\` stands in it twice`)
      if (files.size >= FILES_MAX) return fail(`more than ${FILES_MAX} files`)
      files.set(path, archive.subarray(start, start + size))
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  return fail('the archive has no end')
}

interface Entry {
  readonly path: string
  readonly size: number
  readonly isFolder: boolean
}

function readHead(head: Uint8Array): Result<Entry, string> {
  const size = octal(head, 124, 12)
  if (size === undefined || octal(head, 148, 8) !== checksum(head)) return fail('a header is damaged')
  const type = String.fromCharCode(head[156] ?? 0)
  const name = text(head, 0, 100)
  const prefix = text(head, 257, 5) === 'ustar' ? text(head, 345, 155) : ''
  if (name === undefined || prefix === undefined) return fail('a path is no text')
  const path = cleanPath(prefix === '' ? name : `${prefix}/${name}`)
  if (path === undefined) return fail(`the path \`${name.slice(0, 100)}\` leaves the archive`)
  if (type === '5') return ok({ path, size: 0, isFolder: true })
  return type === '0' || type === '\0'
    ? ok({ path, size, isFolder: false })
    : fail(`\`${path}\` is neither a file nor a folder`)
}

/** `opa build` writes paths with a slash before them. */
function cleanPath(written: string): string | undefined {
  const path = written.replace(/^(\.\/|\/)/, '').replace(/\/$/, '')
  if (path.length > PATH_CHARS_MAX || path.includes('\\')) return undefined
  return path.split('/').some((part) => part === '..' || part === '.' || part === '') && path !== '' ? undefined : path
}

function text(head: Uint8Array, from: number, length: number): string | undefined {
  const field = head.subarray(from, from + length)
  const end = field.indexOf(0)
  return textOf(end === -1 ? field : field.subarray(0, end))
}

function octal(head: Uint8Array, from: number, length: number): number | undefined {
  const written = text(head, from, length)?.trim() ?? ''
  return /^[0-7]{1,11}$/.test(written) ? Number.parseInt(written, 8) : undefined
}

/** Sum of the bytes of the header, its own field read as spaces. */
function checksum(head: Uint8Array): number {
  return head.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0)
}
