// Before any test: finds PostgreSQL, or starts one of its own where it is installed, and says in
// GATEHOUSE_TEST_POSTGRES where it is. Without one the halves that need it are skipped, except in CI.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

const DEFAULT_URL = 'postgres://postgres@127.0.0.1:5432/test'
const INSTALLED = '/usr/lib/postgresql'
/** PostgreSQL refuses to run as root; this is `nobody`. */
const NOBODY = 65_534
const START_MS_MAX = 30_000

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const named = process.env['GATEHOUSE_TEST_POSTGRES']
  process.env['GATEHOUSE_TEST_RUN'] = randomBytes(4).toString('hex')
  if (await answers(named ?? DEFAULT_URL)) {
    process.env['GATEHOUSE_TEST_POSTGRES'] = named ?? DEFAULT_URL
    return dropSchemas
  }
  const programs = named === undefined ? await newestInstalled() : undefined
  if (programs === undefined) {
    if (process.env['CI'] === 'true')
      throw new Error(
        'in CI the PostgreSQL halves are never skipped: install PostgreSQL or set GATEHOUSE_TEST_POSTGRES',
      )
    delete process.env['GATEHOUSE_TEST_POSTGRES']
    process.stderr.write('no PostgreSQL answers and none is installed: tests that need it are skipped\n')
    return undefined
  }
  return startOwn(programs)
}

/** What the acceptance suite made on a PostgreSQL that goes on after the tests. */
async function dropSchemas(): Promise<void> {
  const client = new Client({ connectionString: process.env['GATEHOUSE_TEST_POSTGRES'] })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname like $1`,
    [`gatehouse_accept_${process.env['GATEHOUSE_TEST_RUN']}_%`],
  )
  for (const { name } of rows) await client.query(`drop schema if exists ${client.escapeIdentifier(name)} cascade`)
  await client.end()
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  } finally {
    await client.end()
  }
}

async function newestInstalled(): Promise<string | undefined> {
  try {
    const versions = (await readdir(INSTALLED)).map(Number).filter((version) => version >= 15)
    return versions.length === 0 ? undefined : join(INSTALLED, String(Math.max(...versions)), 'bin')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function startOwn(programs: string): Promise<() => Promise<void>> {
  const isRoot = process.getuid?.() === 0
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'))
  if (isRoot) await chown(folder, NOBODY, NOBODY)
  const asServer = (program: string, args: readonly string[]): readonly [string, readonly string[]] =>
    isRoot
      ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', join(programs, program), ...args]]
      : [join(programs, program), args]
  const data = join(folder, 'data')
  const [initdb, initArgs] = asServer('initdb', [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
  ])
  execFileSync(initdb, [...initArgs], { stdio: 'ignore', cwd: folder })
  const port = await freePort()
  const [postgres, args] = asServer('postgres', ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder])
  const server = spawn(postgres, [...args], { stdio: 'ignore', cwd: folder })
  await untilAnswering(server, `postgres://postgres@127.0.0.1:${port}/postgres`)
  const client = new Client({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres` })
  await client.connect()
  await client.query('create database test')
  await client.end()
  process.env['GATEHOUSE_TEST_POSTGRES'] = `postgres://postgres@127.0.0.1:${port}/test`
  return async () => {
    const exited = once(server, 'exit')
    server.kill('SIGINT')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
}

async function untilAnswering(server: ChildProcess, url: string): Promise<void> {
  const end = performance.now() + START_MS_MAX
  while (!(await answers(url))) {
    if (server.exitCode !== null || performance.now() > end) throw new Error('PostgreSQL did not start for the tests')
    await new Promise<void>((resolve) => void setTimeout(resolve, 50))
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
