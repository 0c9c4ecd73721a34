// A finding whose fix lies outside of the release: how it is verified, and what is not tried again until it passes.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startPlaneOrThrow } from '../support/gateway-stack.ts'
import { suiteRule, TARGET, writeSuiteProject } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeSuiteProject(folder, suiteRule('GH-QUA-001', 'purpose: benign, metric: all-hold'))
  // One owner for the whole file: the commands speak to it.
  cleanUp.use(await startPlaneOrThrow(join(folder, '.gatehouse')))
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]) {
  const terminal = capturedTerminal(folder, { environment: { USER: 'ben' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}
const verify = () => run('finding', 'verify', 'FND-1', '--note', 'seen')

test('a claimed fix is verified by a check that is run again, which the refusal names', async () => {
  expect((await run('gate')).code).toBe(0)
  await run('finding', 'report', '-s', SYSTEM, '--title', 'slow', '--severity', 'high', '--rule', 'GH-QUA-001')
  const early = await verify()
  expect([early.code, early.error]).toEqual([1, expect.stringContaining('it is open [finding/refused]')])
  expect(early.error).toContain('next: from there: finding start, finding fixed, finding accept, finding dismiss')
  expect((await run('finding', 'fixed', 'FND-1', '--note', 'the disk was full')).code).toBe(0)
  expect((await run('gate')).out).toContain('RAN 0')
  const refused = await verify()
  expect([refused.code, refused.error]).toEqual([
    1,
    expect.stringContaining('next: run `gatehouse gate --rerun GH-QUA-001`, then verify again'),
  ])
  expect((await run('gate', '--rerun', 'GH-QUA-001')).out).toContain('RAN 1')
  expect((await verify()).out).toContain('FND-1  closed')
})

test('all checks are run again where none is named, and an unknown one is refused with those that there are', async () => {
  expect((await run('gate', '--rerun')).out).toContain('RAN 1')
  const unknown = await run('gate', '--rerun', 'GH-NOT-001')
  expect([unknown.code, unknown.error]).toEqual([2, expect.stringContaining('next: use: GH-QUA-001')])
})

test('what did not pass is not run again on the same inputs: chance decides nothing', async () => {
  const suite = join(folder, 'suites/few.yaml')
  await writeFile(suite, (await readFile(suite, 'utf8')).replace('app/target.mjs', 'app/silent.mjs'))
  await writeFile(join(folder, 'app/silent.mjs'), TARGET.replace('blocked: null', "blocked: 'guard'"))
  expect((await run('gate')).code).toBe(1)
  const again = await run('gate', '--rerun', 'GH-QUA-001')
  expect([again.code, again.error]).toEqual([2, expect.stringContaining('gate/rerun-of-failed')])
  expect((await run('gate', '--rerun')).out).toContain('RAN 0')
})
