// Each rule of the house is planted once, broken, in a copy of the tree's frame: the gate that guards it must go red.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
let house: string

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'gatehouse-canary-'))
  for (const path of [
    'src',
    'tools',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    '.oxlintrc.json',
    '.oxfmtrc.json',
    'knip.json',
  ])
    await cp(join(root, path), join(house, path), { recursive: true })
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'))
})
afterAll(() => rm(house, { recursive: true, force: true }))

function run(command: string, args: readonly string[]): { readonly isRed: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', command), [...args], {
    cwd: house,
    encoding: 'utf8',
  })
  return { isRed: status !== 0, output: stdout + stderr }
}

/** Plants a file, looks, and takes it away again. */
async function planted(
  path: string,
  text: string,
  look: () => { readonly isRed: boolean; readonly output: string },
): Promise<{ readonly isRed: boolean; readonly output: string }> {
  const file = join(house, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  try {
    return look()
  } finally {
    await rm(file)
  }
}

const lint = (path: string) => () => run('oxlint', ['--type-aware', path])

describe('oxlint', () => {
  test.each([
    [
      'an upward import',
      'src/domain/manifest/canary.ts',
      `import { OPERATIONS } from '../../contract/http/operations.ts'\nexport const seen = OPERATIONS\n`,
      'imports go down only',
    ],
    [
      'an upward type import',
      'src/application/canary.ts',
      `import type { GatewayPorts } from '../entrypoints/gateway/gateway-ports.ts'\nexport type Seen = GatewayPorts\n`,
      'imports go down only',
    ],
    [
      'a domain import outside the table',
      'src/domain/ledger/canary.ts',
      `import { denyStateOf } from '../killswitch/deny-record.ts'\nexport const seen = denyStateOf\n`,
      'may not import',
    ],
    [
      'an npm package in the domain',
      'src/domain/ledger/canary.ts',
      `import { z } from 'zod'\nexport const seen = z\n`,
      'nothing from outside',
    ],
    [
      'a Node module in the application',
      'src/application/canary.ts',
      `import { readFileSync } from 'node:fs'\nexport const seen = readFileSync\n`,
      'no input or output',
    ],
    [
      'zod in an entry point',
      'src/entrypoints/cli/canary.ts',
      `import { z } from 'zod'\nexport const seen = z\n`,
      'zod belongs',
    ],
    ['an ambient clock', 'src/domain/ledger/canary.ts', `export const now = (): number => Date.now()\n`, 'ambient'],
    [
      'a date from the ambient clock',
      'src/application/canary.ts',
      `export const now = (): Date => new Date()\n`,
      'ambient',
    ],
    ['ambient chance', 'src/domain/ledger/canary.ts', `export const roll = (): number => Math.random()\n`, 'ambient'],
    [
      'process outside a main file',
      'src/entrypoints/cli/canary.ts',
      `export const home = process.env['HOME']\n`,
      'main files only',
    ],
    ['export star', 'src/base/canary.ts', `export * from './result.ts'\n`, 'name what is public'],
    ['a default export', 'src/base/canary.ts', `export default 1\n`, 'default'],
    ['any', 'src/base/canary.ts', `export const loose: any = 1\n`, 'any'],
    [
      'a floating promise',
      'src/base/canary.ts',
      `async function work(): Promise<void> {}\nexport function start(): void {\n  work()\n}\n`,
      'romise',
    ],
    [
      'a switch that forgets a case',
      'src/base/canary.ts',
      `export function name(kind: 'a' | 'b'): string | undefined {\n  switch (kind) {\n    case 'a':\n      return 'A'\n  }\n  return undefined\n}\n`,
      'exhaustive',
    ],
    [
      'a file of more than 400 lines',
      'src/base/canary.ts',
      Array.from({ length: 401 }, (_, index) => `export const line${index} = ${index}`).join('\n'),
      'too many lines',
    ],
    [
      'a function of more than 70 lines',
      'src/base/canary.ts',
      `export function long(): number {\n  let sum = 0\n${'  sum += 1\n'.repeat(71)}  return sum\n}\n`,
      'too many lines',
    ],
    [
      'a swallowed error',
      'src/base/canary.ts',
      `export function quiet(work: () => void): void {\n  try {\n    work()\n  } catch {}\n}\n`,
      'empty',
    ],
  ])('goes red on %s', async (_, path, text, says) => {
    const { isRed, output } = await planted(path, text, lint(path))
    expect(isRed).toBe(true)
    expect(output).toContain(says)
  })

  test('goes red on an import cycle, types included', async () => {
    await writeFile(
      join(house, 'src/base/canary-b.ts'),
      `import type { A } from './canary-a.ts'\nexport interface B {\n  readonly a: A\n}\n`,
    )
    const { isRed, output } = await planted(
      'src/base/canary-a.ts',
      `import type { B } from './canary-b.ts'\nexport interface A {\n  readonly b: B\n}\n`,
      lint('src/base'),
    )
    await rm(join(house, 'src/base/canary-b.ts'))
    expect(isRed).toBe(true)
    expect(output).toContain('cycle')
  })

  test('is green on the house as it is', () => {
    const { isRed, output } = run('oxlint', ['--type-aware', 'src'])
    expect(isRed, output).toBe(false)
  })
})

describe('the compiler', () => {
  test.each([
    ['process', 'export const cwd = process.cwd()\n'],
    ['fetch', `export const get = fetch('http://127.0.0.1')\n`],
    ['timers', 'setTimeout(() => undefined, 1)\nexport {}\n'],
    ['console', `console.log('x')\nexport {}\n`],
    ['crypto', 'export const bytes = crypto.getRandomValues(new Uint8Array(1))\n'],
    ['node:fs', `import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n`],
  ])('goes red when the domain reaches for %s', async (_, text) => {
    const { isRed } = await planted('src/domain/ledger/canary.ts', text, () =>
      run('tsc', ['--noEmit', '-p', 'src/domain']),
    )
    expect(isRed).toBe(true)
  })
})

test('knip goes red on a file that nobody uses', async () => {
  const { isRed, output } = await planted('src/base/canary-unused.ts', 'export const unused = 1\n', () =>
    run('knip', ['--no-config-hints', '--include', 'files']),
  )
  expect(isRed).toBe(true)
  expect(output).toContain('canary-unused')
})

test('oxfmt goes red on a file that is not formatted', async () => {
  const { isRed } = await planted('src/base/canary.ts', 'export const   a=1;\n', () =>
    run('oxfmt', ['--check', 'src/base/canary.ts']),
  )
  expect(isRed).toBe(true)
})
