import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProjectFiles } from '../../application/release/project-files.ts'
import { compareBytes, textOf, utf8 } from '../../base/bytes.ts'
import { digestOfBytes, digestOfJson, type Digest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { errnoOf } from './errno.ts'

const FILE_BYTES_MAX = 64 * 1_048_576
const FILES_MAX = 20_000

/** The folder of a manifest on this machine's file system. */
export function projectFolder(folder: string): ProjectFiles {
  return {
    folder,
    async readText(path) {
      const bytes = await readRegular(folder, path)
      if (!bytes.ok) return bytes
      const text = textOf(bytes.value)
      return text === undefined
        ? fail(problem('files/not-utf8', path, 'is not UTF-8 text', 'save it as UTF-8'))
        : ok(text)
    },
    async digestOf(path) {
      const kind = await kindOf(folder, path)
      if (!kind.ok) return kind
      if (kind.value === 'file') return digestFile(folder, path)
      const files = await this.list(path)
      return files.ok ? digestDirectory(folder, path, files.value) : files
    },
    async list(path) {
      const kind = await kindOf(folder, path)
      if (!kind.ok) return kind
      if (kind.value === 'file') return ok([path])
      const found: string[] = []
      const failed = await walk(folder, path.replace(/\/+$/, ''), found)
      return failed === undefined
        ? ok(found.toSorted((left, right) => compareBytes(utf8(left), utf8(right))))
        : fail(failed)
    },
  }
}

function problem(code: string, path: string, what: string, next: string): Problem {
  return { code, message: `\`${path}\` ${what}`, next }
}

async function kindOf(folder: string, path: string): Promise<Result<'file' | 'directory', Problem>> {
  const parts = path.replace(/\/+$/, '').split('/')
  try {
    // Every step is looked at, so that a symlinked parent cannot lead out of the project.
    for (let length = 1; length <= parts.length; length++) {
      const stats = await lstat(join(folder, ...parts.slice(0, length)))
      if (stats.isSymbolicLink())
        return fail(
          problem('files/symlink', parts.slice(0, length).join('/'), 'is a symbolic link', 'put the file itself there'),
        )
      if (length === parts.length) {
        if (stats.isDirectory()) return ok('directory')
        if (!stats.isFile())
          return fail(problem('files/not-a-file', path, 'is neither a file nor a directory', 'name a regular file'))
        if (stats.size > FILE_BYTES_MAX)
          return fail(problem('files/too-large', path, `is larger than ${FILE_BYTES_MAX} bytes`, 'split it'))
      }
    }
    return ok('file')
  } catch (error) {
    return fail(problemOfErrno(error, path))
  }
}

function problemOfErrno(error: unknown, path: string): Problem {
  const code = errnoOf(error)
  if (code === undefined) throw error
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return problem('files/not-found', path, 'does not exist', 'create it or correct the path')
  return problem('files/unreadable', path, `cannot be read (${code})`, 'check its permissions')
}

async function readRegular(folder: string, path: string): Promise<Result<Uint8Array, Problem>> {
  const kind = await kindOf(folder, path)
  if (!kind.ok) return kind
  if (kind.value === 'directory') return fail(problem('files/not-a-file', path, 'is a directory', 'name a file'))
  try {
    return ok(await readFile(join(folder, path)))
  } catch (error) {
    return fail(problemOfErrno(error, path))
  }
}

async function digestFile(folder: string, path: string): Promise<Result<Digest, Problem>> {
  const bytes = await readRegular(folder, path)
  return bytes.ok ? ok(digestOfBytes(nodeSha256, bytes.value)) : bytes
}

async function digestDirectory(
  folder: string,
  path: string,
  files: readonly string[],
): Promise<Result<Digest, Problem>> {
  const entries: [string, string][] = []
  const prefix = `${path.replace(/\/+$/, '')}/`
  for (const file of files) {
    const digest = await digestFile(folder, file)
    if (!digest.ok) return digest
    entries.push([file.slice(prefix.length), digest.value])
  }
  return ok(digestOfJson(nodeSha256, entries))
}

async function walk(folder: string, path: string, found: string[]): Promise<Problem | undefined> {
  let entries
  try {
    entries = await readdir(join(folder, path), { withFileTypes: true })
  } catch (error) {
    return problemOfErrno(error, path)
  }
  for (const entry of entries) {
    const child = `${path}/${entry.name}`
    if (entry.isSymbolicLink())
      return problem('files/symlink', child, 'is a symbolic link', 'put the file itself there')
    if (entry.isDirectory()) {
      const failed = await walk(folder, child, found)
      if (failed !== undefined) return failed
    } else if (entry.isFile()) found.push(child)
    else return problem('files/not-a-file', child, 'is neither a file nor a directory', 'remove it')
    if (found.length > FILES_MAX)
      return problem('files/too-many', path, `holds more than ${FILES_MAX} files`, 'name a smaller folder')
  }
  return undefined
}
