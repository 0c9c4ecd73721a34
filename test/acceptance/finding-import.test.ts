import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), tinyPack())
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]) {
  const terminal = capturedTerminal(folder, { environment: { USER: 'ben' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const result = (rule: string, line: number) => ({
  ruleId: rule,
  level: 'error',
  message: { text: `${rule} is broken` },
  partialFingerprints: { hash: rule },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'a.py' }, region: { startLine: line } } }],
})

async function scan(results: readonly object[]): Promise<void> {
  const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 'scanner' } }, results }] }
  await writeFile(join(folder, 'scan.sarif'), JSON.stringify(log))
}

const imported = async () => {
  const { code, out, error } = await run('finding', 'import', 'scan.sarif', '-s', SYSTEM, '--json')
  if (code !== 0) throw new Error(error)
  const { opened, reopened, known, left, items } = JSON.parse(out) as Record<string, number> & {
    items: { id: string }[]
  }
  return { counts: [opened, reopened, known, left], ids: items.map(({ id }) => id) }
}

test('a log is taken in once, whatever line its results move to', async () => {
  await scan([result('one', 1), result('two', 2), { ...result('three', 3), kind: 'pass' }])
  const first = await imported()
  expect(first.counts).toEqual([2, 0, 0, 1])
  await scan([result('two', 40), result('one', 50), result('four', 1)])
  const second = await imported()
  expect(second.counts).toEqual([1, 0, 2, 0])
  expect(new Set([...first.ids, ...second.ids]).size).toBe(3)
})

test('a dismissed one is not opened by it again, and each has an owner and a day', async () => {
  await run('finding', 'dismiss', 'FND-1', '--note', 'no reachable path')
  expect((await imported()).counts).toEqual([0, 0, 3, 0])
  expect((await run('finding', 'list', '-s', SYSTEM)).out).toMatch(/FND-2 {2}open {2}high .*@ben {2}due \d{4}-/)
})

test.each([
  ['a log that is cut off', '{"version":"2.1.0","runs":[', 'finding/sarif'],
  ['another file', 'hello', 'finding/sarif'],
])('%s is refused, and nothing is taken in', async (_, text, code) => {
  await writeFile(join(folder, 'bad.sarif'), text)
  const { code: exit, error } = await run('finding', 'import', 'bad.sarif', '-s', SYSTEM)
  expect([exit, error.includes(code), error.includes('bad.sarif:1:1')]).toEqual([2, true, true])
})

test('what people bring is linked to release, incident and risk of its own system', async () => {
  const gated = JSON.parse((await run('gate', '--env', 'local', '--format', 'json')).out) as { releaseDigest: string }
  const add = (...more: readonly string[]) =>
    run(
      'finding',
      'add',
      '-s',
      SYSTEM,
      '--title',
      'seen',
      '--severity',
      'high',
      '--source',
      'bug-bounty',
      ...more,
      '--json',
    )
  const added = await add('--release', gated.releaseDigest)
  expect(JSON.parse(added.out)).toMatchObject({ releaseDigest: gated.releaseDigest, source: 'bug-bounty' })
  expect((await add('--release', `sha256:${'0'.repeat(64)}`)).error).toContain('finding/foreign-link')
  expect((await add('--incident', 'INC-9')).error).toContain('finding/foreign-link')
  const { id } = JSON.parse(added.out) as { id: string }
  const risk = await run('risk', 'add', '-s', SYSTEM, '--from', 'finding', '--ref', id, '--json')
  const { id: riskId } = JSON.parse(risk.out) as { id: string }
  expect(JSON.parse((await run('finding', 'show', id, '--json')).out)).toMatchObject({ risks: [riskId] })
})

test('the register is read and worked on by the command line', async () => {
  const added = await run('risk', 'add', '-s', SYSTEM, '--title', 'a refund goes astray', '--json')
  const { id } = JSON.parse(added.out) as { id: string }
  expect((await run('risk', 'assess', id, '--likelihood', '6', '--impact', '1', '--note', 'x')).code).toBe(2)
  expect((await run('risk', 'assess', id, '--likelihood', 'x', '--impact', '1', '--note', 'x')).error).toContain(
    'usage/value',
  )
  expect((await run('risk', 'assess', id, '--likelihood', '2', '--impact', '2', '--note', 'x')).out).toContain(
    'medium (2×2)',
  )
  expect((await run('risk', 'treat', id, '--note', 'x')).error).toContain('name one of --plan')
  expect((await run('risk', 'treat', id, '--plan', 'transfer', '--note', 'insured', '--due-days', '3')).code).toBe(0)
  const early = await run('risk', 'treat', id, '--done', 'avoid', '--note', 'x')
  expect([early.code, early.error.includes('risk/other-plan')]).toEqual([2, true])
  expect((await run('risk', 'treat', id, '--done', 'transfer', '--note', 'x', '--evidence', 'policy 7')).code).toBe(0)
  expect((await run('risk', 'treat', id, '--reopen', '--note', 'policy ended')).out).toContain(`${id}  open`)
  await run('risk', 'assess', id, '--likelihood', '2', '--impact', '2', '--note', 'x')
  expect((await run('risk', 'carry', id, '--days', '400', '--reason', 'x')).code).toBe(2)
  expect((await run('risk', 'carry', id, '--days', '30', '--reason', 'x')).out).toContain('acceptance-asked')
  const foreign = await run('risk', 'accept', id, '--role', 'security', '--as', 'sia:security')
  expect([foreign.code, foreign.error.includes('approval/role')]).toEqual([1, true])
  expect((await run('risk', 'accept', id, '--role', 'executive', '--as', 'eva:executive')).out).toContain('accepted')
  expect((await run('risk', 'show', id)).out).toContain('eva  accept: ')
  expect((await run('risk', 'list', '-s', SYSTEM, '--status', 'accepted')).out).toContain(id)
  expect((await run('risk', 'burndown', '--points', '2', '--step-days', '1')).out).toMatch(/day {9}open.*\n.*\n.*\n/)
  expect((await run('risk', 'derive', '-s', SYSTEM)).out).toContain('from threat THR-')
})
