import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

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
