// The gate asks for an approved intake that fits the manifest: by the shipped baseline's own rule, through the command line.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { IntakeStanding } from '../../src/domain/intake/intake-standing.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string

/** The rule as it is shipped, alone in a pack: the others of `baseline` need suites. */
async function intakePack(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../policies/baseline.yaml'), 'utf8')
  const { rules, ...head } = parse(text) as { readonly rules: readonly { readonly id: string }[] }
  const rule = rules.filter(({ id }) => id === 'GH-INT-001')
  return JSON.stringify({
    ...head,
    metadata: { id: 'tiny', version: '1.0.0', title: 'Tiny', notes: [{ version: '1.0.0', text: 'first' }] },
    rules: rule,
  })
}

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), await intakePack())
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]) {
  const terminal = capturedTerminal(folder, { environment: { USER: 'mara' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const outcome = async (env = 'production'): Promise<string> => {
  const { out, error } = await run('gate', '-e', env, '--format', 'json')
  if (out === '') throw new Error(error)
  const { gates, skipped } = JSON.parse(out) as {
    readonly gates: readonly { readonly id: string; readonly outcome: string }[]
    readonly skipped: readonly string[]
  }
  return skipped.includes('GH-INT-001') ? 'skipped' : (gates.find(({ id }) => id === 'GH-INT-001')?.outcome ?? 'absent')
}

const standing = async () => {
  const { code, out } = await run('intake', 'status', '--json')
  return { code, ...(JSON.parse(out) as IntakeStanding) }
}

async function approveAll(id: string): Promise<void> {
  const { out } = await run('intake', 'show', id, '--json')
  const { reviews } = JSON.parse(out) as { readonly reviews: readonly { readonly role: string }[] }
  for (const { role } of reviews) {
    const said = await run('intake', 'review', id, '--role', role, '--decision', 'approve', '--as', `${role}-p:${role}`)
    if (said.code !== 0) throw new Error(said.error)
  }
}

test('from nothing to an approved request that fits, and open again with a material change', async () => {
  expect(await outcome('local')).toBe('skipped')
  expect(await outcome()).toBe('failed')
  expect(await standing()).toMatchObject({ code: 1, state: 'none', request: '' })
  expect((await run('intake', 'status')).out).toContain('next: gatehouse intake request')

  const requested = await run('intake', 'request')
  expect([requested.code, requested.error]).toEqual([0, ''])
  expect(await outcome()).toBe('failed')
  expect(await standing()).toMatchObject({ code: 1, state: 'in-review' })

  await approveAll('INT-1')
  expect(await standing()).toMatchObject({ code: 0, state: 'approved', changed: [], isExpired: false })
  expect(await outcome()).toBe('passed')

  const manifest = await readFile(join(folder, 'gatehouse.yaml'), 'utf8')
  const changed = manifest.replace(/("?purpose"?: ?"?)/, '$1Also rank people. ')
  if (changed === manifest) throw new Error('the manifest names no purpose')
  await writeFile(join(folder, 'gatehouse.yaml'), changed)
  expect(await outcome()).toBe('failed')
  const status = await run('intake', 'status')
  expect([status.code, status.out]).toEqual([1, expect.stringContaining('goes beyond it in: purpose')])
  expect(status.out).toContain('next: gatehouse intake resubmit INT-1')

  expect((await run('intake', 'resubmit', 'INT-1')).code).toBe(0)
  expect(await outcome()).toBe('failed')
  await approveAll('INT-1')
  expect(await outcome()).toBe('passed')
})

test('a newer request that was refused goes before an approved one, until it is taken back or another is approved', async () => {
  expect((await run('intake', 'request', '--title', 'wider')).out).toContain('INT-2  in-review')
  const refused = await run(
    'intake',
    'review',
    'INT-2',
    '--role',
    'security',
    '--decision',
    'reject',
    '--as',
    'sia:security',
  )
  expect(refused.out).toContain('rejected')
  expect([await outcome(), (await standing()).request]).toEqual(['failed', 'INT-2'])
  expect((await run('intake', 'request', '--title', 'again')).out).toContain('INT-3  in-review')
  expect((await run('intake', 'withdraw', 'INT-3', '--reason', 'mistake')).code).toBe(0)
  expect([await outcome(), (await standing()).request]).toEqual(['failed', 'INT-2'])
})

test('the verdict keeps which request it read, so that a changed pack can be replayed on it', async () => {
  const { out } = await run('gate', '-e', 'production', '--format', 'json')
  expect((JSON.parse(out) as { facts: { intake: object } }).facts.intake).toEqual({
    request: 'INT-2',
    state: 'rejected',
    isExpired: false,
    changed: [],
  })
  const replayed = await run('policy', 'replay', 'tiny', '-s', SYSTEM)
  expect(replayed.out).toContain('0 with another outcome of a rule')
})
