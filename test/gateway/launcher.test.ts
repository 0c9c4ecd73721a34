import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

/** Told by each beginning of the process: its id, the flags of its memory, the bound on the heaps of the C library. */
const TELL = `data:text/javascript,${encodeURIComponent(
  `process.stdout.write(JSON.stringify([process.pid, process.execArgv.filter((flag) => /semi|heap/.test(flag) && !flag.startsWith('data')), process.env.MALLOC_ARENA_MAX ?? null]) + '\\n')`,
)}`

async function launched(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly pid: number | undefined; readonly begun: readonly unknown[]; readonly code: unknown }> {
  const child = spawn(process.execPath, ['--import', TELL, ...flags, 'bin/gatehouse-gateway'], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [begun, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  const lines = begun.trim().split('\n')
  return { pid: child.pid, begun: lines.map((line) => JSON.parse(line) as unknown), code }
}

const BOUNDS = ['--max-semi-space-size=8', '--heap-growing-percent=40']
/** The gateway itself has begun, and has said that it needs its variables. */
const UNCONFIGURED = 2

describe.skipIf(process.platform === 'win32')('the program of the gateway', () => {
  test('goes on in its own process under bounds of memory', async () => {
    const { pid, begun, code } = await launched([])
    expect(begun).toEqual([
      [pid, [], null],
      [pid, BOUNDS, '2'],
    ])
    expect(code).toBe(UNCONFIGURED)
  })

  test.each([
    ['by a flag', ['--max-semi-space-size=4'], {}],
    ['by the environment', [], { NODE_OPTIONS: '--max-semi-space-size=4' }],
  ] as const)('leaves bounds that are set already, %s', async (_, flags, environment) => {
    const { pid, begun, code } = await launched(flags, environment)
    expect(begun).toEqual([[pid, [...flags], null]])
    expect(code).toBe(UNCONFIGURED)
  })

  test('leaves the bound on heaps of the C library to whoever has set one', async () => {
    const { pid, begun } = await launched([], { MALLOC_ARENA_MAX: '7' })
    expect(begun.at(-1)).toEqual([pid, BOUNDS, '7'])
  })
})

/** Has the first process, and no further one, take itself for an older Node: no program may need more than this to notice. */
const OLDER = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperties(process, { versions: { value: { ...process.versions, node: '20.1.0' } }, version: { value: 'v20.1.0' }, execve: { value: undefined } })`,
)}`
const PROGRAMS = ['gatehouse', 'gatehouse-gateway']
/** A Node of this machine that is older indeed: it lacks modules' members as well. */
const OLDER_NODE = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) => existsSync(node) && /^v(?:20|22|23)\./.test(execFileSync(node, ['--version'], { encoding: 'utf8' })))

async function startedByOlder(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly out: string; readonly error: string; readonly code: unknown; readonly pid: number | undefined }> {
  const child = spawn(process.execPath, ['--import', OLDER, program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, error, code, pid: child.pid }
}

describe('on an older Node', () => {
  test('the gateway begins on the Node that npm installed, under its bounds', async () => {
    const { out, error, code, pid } = await startedByOlder('bin/gatehouse-gateway', [], {
      NODE_OPTIONS: `--import=${TELL}`,
    })
    const told = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as readonly [number, readonly string[], string | null])
    const [own] = told.filter(([id]) => id === pid)
    const child = told.filter(([id]) => id !== pid)
    expect(own).toEqual([pid, [], null])
    expect(new Set(child.map(([id]) => id)).size).toBe(1)
    if (process.platform !== 'win32') expect(child.at(-1)?.slice(1)).toEqual([BOUNDS, '2'])
    expect(error).toContain('GATEHOUSE_GATEWAY_FOLDER is not set')
    expect(code).toBe(UNCONFIGURED)
  })

  test('the command line does the same', async () => {
    const { out, code } = await startedByOlder('bin/gatehouse', ['--version'])
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(code).toBe(0)
  })

  test.skipIf(OLDER_NODE === undefined).each(PROGRAMS)(
    '%s is understood by the one of this machine',
    async (program) => {
      const child = spawn(OLDER_NODE ?? '', [`bin/${program}`, '--version'], {
        env: { PATH: process.env['PATH'] ?? '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)])
      expect(`${out}${error}`).toMatch(/^\d+\.\d+\.\d+\n$|GATEHOUSE_GATEWAY_FOLDER is not set/)
    },
  )

  test.each(PROGRAMS)('%s says what to do where npm installed none', async (program) => {
    await using temp = await tempFolder()
    await cp('bin', join(temp.path, 'bin'), { recursive: true })
    await writeFile(join(temp.path, 'package.json'), '{ "type": "module" }')
    const { out, error, code } = await startedByOlder(join(temp.path, 'bin', program), [])
    expect(out).toBe('')
    expect(error).toContain(`${program}: needs Node 24 or newer, this is v20.1.0`)
    expect(error).toContain('next: install Node 24 from your platform')
    expect(code).toBe(UNCONFIGURED)
  })
})
