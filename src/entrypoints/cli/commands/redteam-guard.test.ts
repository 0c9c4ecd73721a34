import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { capturedTerminal, type CapturedTerminal } from '../../../../test/support/captured-terminal.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { tinyManifest, writeTinyProject } from '../../../../test/support/tiny-project.ts'
import { parseCases } from '../../../contract/suite/parse-cases.ts'
import { runCli } from '../run.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
})
afterAll(() => cleanUp.disposeAsync())

async function run(
  args: readonly string[],
  prepare: (terminal: CapturedTerminal) => void = () => undefined,
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  const terminal = capturedTerminal(folder)
  prepare(terminal)
  const code = await runCli(['redteam', 'guard', ...args], terminal)
  return { code, ...terminal.printed }
}

const casesOf = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

describe('a run', () => {
  test('prints rates, the telling ways past and how fast it was, and exits 0', async () => {
    const { code, out, error } = await run(['--tries', '800'])
    expect(code).toBe(0)
    expect(error).toMatch(/^800 tries in \d+\.\d s, \d+ a second\n$/)
    for (const part of [
      'input, T1, seed 1',
      'of 800 tries got past',
      'by technique, per 10,000',
      'by goal',
      'most telling',
    ])
      expect(out).toContain(part)
  })

  test('shows attacks inert: nothing that a terminal obeys or hides', async () => {
    const { out } = await run(['--tries', '2000', '--seed', '5'])
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{M}]/u)
  })

  test('is the same for the same seed, on the screen and in the file', async () => {
    const first = await run(['--tries', '600', '--seed', '9', '--out', 'a.jsonl', '--json'])
    const second = await run(['--tries', '600', '--seed', '9', '--out', 'b.jsonl', '--json'])
    const other = await run(['--tries', '600', '--seed', '10', '--json'])
    expect(second.out).toBe(first.out)
    expect(await casesOf('b.jsonl')).toBe(await casesOf('a.jsonl'))
    expect(other.out).not.toBe(first.out)
    expect(JSON.parse(first.out)).toMatchObject({ schemaVersion: 1, side: 'input', policy: 'T1', seed: 9, tries: 600 })
  })

  test.each(['input', 'document', 'output'])('writes cases that a suite takes: %s', async (side) => {
    const { out } = await run(['--tries', '500', '--side', side, '--out', `${side}.jsonl`, '--json'])
    const parsed = parseCases(`${side}.jsonl`, await casesOf(`${side}.jsonl`))
    const { kept } = JSON.parse(out) as { kept: unknown[] }
    expect(parsed.ok && parsed.value.length).toBe(kept.length)
    expect(kept.length).toBeGreaterThan(0)
  })

  test('exits 3 above the rate that is named, and 0 below it', async () => {
    expect((await run(['--tries', '300', '--fail-above', '0'])).code).toBe(3)
    expect((await run(['--tries', '300', '--fail-above', '10000'])).code).toBe(0)
  })

  test('that is interrupted exits 130 and has written what it found', async () => {
    let tries = 0
    const { code, out } = await run(['--tries', '100000000', '--out', 'cut.jsonl'], (terminal) => {
      // The signal comes once the run is under way: the command looks at it before each try.
      const signal = terminal.interrupted
      Object.defineProperty(terminal, 'interrupted', {
        get: () => {
          tries += 1
          if (tries === 400) terminal.interrupt()
          return signal
        },
      })
    })
    expect(code).toBe(130)
    expect(out).toContain('tries got past')
    expect(parseCases('cut.jsonl', await casesOf('cut.jsonl')).ok).toBe(true)
  })
})

describe('a policy', () => {
  test('of a manifest is taken', async () => {
    const project = join(folder, 'project')
    await writeTinyProject(project)
    const { code, out } = await run(['-m', 'project/gatehouse.yaml', '--tries', '300', '--json'])
    expect([code, (JSON.parse(out) as { policy: string }).policy]).toEqual([0, 'project/gatehouse.yaml'])
  })

  test('of a manifest is tried by what the manifest itself forbids, with no value of the environment', async () => {
    await writeTinyProject(
      join(folder, 'own'),
      tinyManifest().replace(
        'guard: { preset: T1 }',
        `guard:
  preset: T1
  banned: [acme rocket]
  canaries: true
  secretsFrom: [SHOP_SECRET]
  rules:
    - { id: staff, pattern: 'EMP-\\d{6}', action: redact, category: pii }
    - { id: watched, pattern: 'zeus{1,3}', action: log }`,
      ),
    )
    const { code, out } = await run(['-m', 'own/gatehouse.yaml', '--side', 'output', '--tries', '1500', '--json'])
    expect(code).toBe(0)
    const { byGoal, missedOpen } = JSON.parse(out) as { byGoal: Record<string, number>; missedOpen: number }
    // None passes as it is; and some way past at least one of the manifest's own is found.
    expect(missedOpen).toBe(0)
    expect(Object.keys(byGoal).filter((goal) => /^(?:rule\/|leak\/|content\/)/.test(goal))).not.toEqual([])
  })

  test('of a manifest is tried by code in arguments, by strangers to its directories and by claims without support', async () => {
    await writeTinyProject(
      join(folder, 'authority'),
      tinyManifest().replace(
        'guard: { preset: T1 }',
        `guard:
  preset: T1
  directories: { staff: [ana@shop.example] }
  code: { action: block }
  grounding: { action: block }`,
      ),
    )
    const { code, out } = await run(['-m', 'authority/gatehouse.yaml', '--side', 'output', '--tries', '2500', '--json'])
    expect(code).toBe(0)
    const { byGoal, missedOpen, seeds } = JSON.parse(out) as {
      readonly byGoal: Record<string, number>
      readonly missedOpen: number
      readonly seeds: number
    }
    const plain = await run(['--side', 'output', '--tries', '100', '--json'])
    // Four pieces of code, three strangers and three claims more than the preset's own; none passes as it is.
    expect(seeds).toBe((JSON.parse(plain.out) as { seeds: number }).seeds + 10)
    expect(missedOpen).toBe(0)
    // An exact comparison lets no form of a stranger pass.
    expect(Object.keys(byGoal).filter((goal) => goal.startsWith('directory/'))).toEqual([])
  })

  test('that withholds long results is got past by short ones only', async () => {
    await writeTinyProject(
      join(folder, 'opaque'),
      tinyManifest().replace('guard: { preset: T1 }', 'guard: { preset: T1, opaque: { fromChars: 200 } }'),
    )
    const { out } = await run(['-m', 'opaque/gatehouse.yaml', '--side', 'document', '--tries', '1500', '--json'])
    const { kept } = JSON.parse(out) as { readonly kept: readonly { readonly goal: string; readonly text: string }[] }
    const attacks = kept.filter(({ goal }) => !goal.includes('/'))
    expect(attacks.length).toBeGreaterThan(0)
    expect(attacks.filter(({ text }) => text.length >= 200)).toEqual([])
  })

  test('that cannot be read is a problem of usage', async () => {
    expect((await run(['-m', 'absent.yaml'])).code).toBe(2)
    expect(await run(['--preset', 'T9'])).toMatchObject({ code: 2, error: expect.stringContaining('[guard/preset]') })
  })

  test('that asks nothing of a side cannot be got past, and that is said', async () => {
    await writeTinyProject(join(folder, 'open'), tinyManifest({ preset: 'none' }))
    const { code, error } = await run(['-m', 'open/gatehouse.yaml'])
    expect([code, error]).toEqual([2, expect.stringContaining('[redteam/nothing-asked]')])
  })

  test('is not asked for in vain: a file that cannot be written is said', async () => {
    const { code, error } = await run(['--tries', '100', '--out', 'no/such/folder.jsonl'])
    expect([code, error]).toEqual([2, expect.stringContaining('[redteam/unwritable]')])
  })
})
