// Results of another tool decide a rule of the gate.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const RULE = `  - id: GH-EXT-001
    title: the external suite passes
    severity: high
    controls: [CTL-SEC-002]
    check: { kind: imported, tools: [junit], atLeast: { T1: 0.9, T2: 0.9, T3: 0.9 } }
    expr: evidence["GH-EXT-001"].outcome == "passed"
    message: the external suite fails
    fix: read its report
    tests:
      - { name: held, input: { evidence: { GH-EXT-001: { outcome: passed } } }, expect: pass }
      - { name: broken, input: { evidence: { GH-EXT-001: { outcome: failed } } }, expect: fail }
`

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  const temporary = cleanUp.use(await tempFolder()).path
  folder = await writeTinyProject(join(temporary, 'p'), tinyManifest(), tinyPack(RULE))
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder, { hasColor: false, environment: { USER: 'ana' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

async function importJUnit(passed: number, failed: number, errored = 0) {
  const cases = [
    ...Array.from({ length: passed }, (_, index) => `<testcase name="p${index}"/>`),
    ...Array.from({ length: failed }, (_, index) => `<testcase name="f${index}"><failure message="no"/></testcase>`),
    ...Array.from({ length: errored }, (_, index) => `<testcase name="e${index}"><error message="grader"/></testcase>`),
  ]
  await writeFile(join(folder, 'r.xml'), `<testsuites><testsuite name="s">${cases.join('')}</testsuite></testsuites>`)
  return run('evidence', 'import', 'r.xml', '--check', 'GH-EXT-001', '--json')
}

describe('an imported check', { timeout: 240_000 }, () => {
  test('is not evidenced before anything is brought in, and the gate runs nothing for it', async () => {
    const { code, out } = await run('gate')
    expect(code).toBe(3)
    expect(out).toContain('not evidenced')
  })
  test.each([
    [60, 0, 0, 'passed', 0],
    [60, 40, 0, 'failed', 1],
    [5, 0, 0, 'inconclusive', 3],
    [60, 0, 1, 'errored', 3],
  ])('with %i passed, %i failed and %i errored is %s', async (...[passed, failed, errored, outcome, exit]) => {
    const imported = await importJUnit(passed, failed, errored)
    expect(imported).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(imported.out)).toMatchObject({ outcome, tool: 'junit' })
    expect((await run('gate')).code).toBe(exit)
  })
  test('refuses another tool, a rule that takes none, and a file that is none', async () => {
    await writeFile(join(folder, 'g.json'), JSON.stringify([{ user_input: 'q', faithfulness: 1 }]))
    expect(await run('evidence', 'import', 'g.json', '--check', 'GH-EXT-001')).toMatchObject({
      code: 2,
      error: expect.stringContaining('interchange/other-tool'),
    })
    expect(await run('evidence', 'import', 'g.json', '--check', 'GH-GRD-001')).toMatchObject({
      code: 2,
      error: expect.stringContaining('GH-EXT-001'),
    })
    expect(await run('evidence', 'import', 'none.json', '--check', 'GH-EXT-001')).toMatchObject({
      code: 2,
      error: expect.stringContaining('ENOENT'),
    })
  })
})
