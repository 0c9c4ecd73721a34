import { mkdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readTextIfPresent, writeFileAtomic } from '../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Terminal } from './terminal.ts'

/** The server that this user is signed in to. */
export interface ServerCredentials {
  readonly url: string
  readonly token: string
  /** Who the server said that the token is. */
  readonly name: string
}

function folderOf({ environment }: Terminal): string | undefined {
  const base =
    environment['XDG_CONFIG_HOME'] ??
    (environment['HOME'] === undefined ? undefined : join(environment['HOME'], '.config'))
  return base === undefined ? undefined : join(base, 'gatehouse')
}

const FILE = 'credentials.json'

function pathOf(terminal: Terminal): string | undefined {
  const folder = folderOf(terminal)
  return folder === undefined ? undefined : join(folder, FILE)
}

/** Undefined when nobody is signed in. `GATEHOUSE_SERVER` and `GATEHOUSE_TOKEN` come before the file. */
export async function readServerCredentials(
  terminal: Terminal,
): Promise<Result<ServerCredentials | undefined, Problem>> {
  const { GATEHOUSE_SERVER: server, GATEHOUSE_TOKEN: token } = terminal.environment
  if (server !== undefined && server !== '') {
    const url = serverUrl(server)
    if (!url.ok) return url
    if (token !== undefined && token !== '') return ok({ url: url.value, token, name: '' })
    const stored = await readStored(terminal)
    if (!stored.ok || stored.value?.url === url.value) return stored
    return fail({
      code: 'login/no-token',
      message: `there is no token for \`${server}\``,
      next: `gatehouse login --server ${server}, or set GATEHOUSE_TOKEN`,
    })
  }
  return readStored(terminal)
}

async function readStored(terminal: Terminal): Promise<Result<ServerCredentials | undefined, Problem>> {
  const path = pathOf(terminal)
  const stored = await readKeptCredentials(terminal)
  if (!stored.ok || stored.value === undefined || path === undefined) return stored
  if (((await stat(path)).mode & 0o077) !== 0)
    return fail({
      code: 'login/permissions',
      message: `others can read \`${path}\``,
      next: 'gatehouse logout ends its session; then sign in again',
    })
  return stored
}

/** What the file holds, whoever else can read it and whatever the environment says: what signing out ends. */
export async function readKeptCredentials(terminal: Terminal): Promise<Result<ServerCredentials | undefined, Problem>> {
  const path = pathOf(terminal)
  if (path === undefined) return ok(undefined)
  let text: string | undefined
  try {
    text = await readTextIfPresent(path)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return fail(unusable(path, errno))
  }
  if (text === undefined) return ok(undefined)
  const json = parseJson(text, 10_000)
  const { url, token, name } = json.ok && isJsonObject(json.value) ? json.value : {}
  return typeof url === 'string' && typeof token === 'string' && typeof name === 'string'
    ? ok({ url, token, name })
    : fail({
        code: 'login/damaged',
        message: `\`${path}\` holds no credentials`,
        next: 'gatehouse logout, then sign in',
      })
}

/** Mode 0600, in a folder of mode 0700. */
export async function writeServerCredentials(
  terminal: Terminal,
  credentials: ServerCredentials,
): Promise<Result<string, Problem>> {
  const folder = folderOf(terminal)
  if (folder === undefined)
    return fail({ code: 'login/no-home', message: 'neither HOME nor XDG_CONFIG_HOME is set', next: 'set one of them' })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, FILE)
  await writeFileAtomic(path, `${JSON.stringify(credentials)}\n`, 0o600)
  return ok(path)
}

export async function removeServerCredentials(terminal: Terminal): Promise<Result<null, Problem>> {
  const path = pathOf(terminal)
  try {
    if (path !== undefined) await unlink(path)
    return ok(null)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return errno === 'ENOENT' ? ok(null) : fail(unusable(path ?? FILE, errno))
  }
}

const unusable = (path: string, errno: string): Problem => ({
  code: 'login/unusable',
  message: `\`${path}\` cannot be used (${errno})`,
  next: 'check who owns it, or move away what stands in its place',
})

/** SECURITY: a token never travels in the clear to another machine. */
export function serverUrl(text: string): Result<string, Problem> {
  const url = URL.parse(text)
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) || url.username !== '')
    return fail({
      code: 'login/server',
      message: `\`${text}\` is no address of a server: https, or http on this machine`,
      next: 'for example https://gatehouse.example.com',
    })
  if (url.search !== '' || url.hash !== '')
    return fail({
      code: 'login/server',
      message: `\`${text}\` says more than where a server is`,
      next: 'leave out what stands behind its path',
    })
  // A proxy may hand on what lies below a path.
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`)
}
