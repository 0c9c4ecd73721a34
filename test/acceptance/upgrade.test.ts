// A component against its successor, and a model that changed without a release.
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { modelsServer, writeGatewayProject, type ModelAnswer } from '../support/gateway-project.ts'
import { suiteRule } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const QUALITY_RULE = suiteRule(
  'GH-QUA-001',
  'purpose: benign, metric: task-success, atLeast: { T1: 0.9, T2: 0.9, T3: 0.9 }',
)
const VERSION_RULE = `  - id: GH-VND-005
    title: the declared version answers
    severity: high
    controls: [CTL-SUP-001]
    check: { kind: builtin, name: model-version }
    expr: evidence["GH-VND-005"].outcome == "passed"
    message: another version answers
    fix: prove it
    tests:
      - { name: same, input: { evidence: { GH-VND-005: { outcome: passed } } }, expect: pass }
      - { name: other, input: { evidence: { GH-VND-005: { outcome: failed } } }, expect: fail }
`

/** `model-a2` is as good, `model-worse` misses every fourth question, `model-moved` is served by another. */
function answers(model: string, asked: string): ModelAnswer {
  const number = Number(/\d+/.exec(asked)?.[0] ?? 1)
  if (model === 'model-worse' && number % 4 === 0) return { text: 'I do not know' }
  return model === 'model-moved' ? { text: 'good', model: 'model-moved-0901' } : { text: 'good' }
}

async function upgrade(
  folder: string,
  url: string,
  ...args: readonly string[]
): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder, { environment: { OPENAI_BASE_URL: url } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

describe('upgrade', () => {
  test('accepts a model that is as good and proposes its release as a patch that applies', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answers)
    const folder = temp.path
    await writeGatewayProject(folder, { cases: 160, rules: QUALITY_RULE })
    const before = await readFile(join(folder, 'gatehouse.yaml'), 'utf8')
    const { code, out } = await upgrade(
      folder,
      server.baseURL,
      'upgrade',
      '--component',
      'main=model-a2',
      '--attacks',
      '0',
    )
    expect(out).toContain('shop-bot · model main: model-a → model-a2')
    expect(out).toContain('PASS few: no worse  0.0 points')
    expect(out).toContain('PASS few: no scorer worse')
    expect(out).toMatch(/PASS GH-QUA-001 .*160\/160.*\(before: passed\)/)
    expect(out).toContain('PASS the model that was asked answered  model-a2')
    expect(out).toContain('Exiting 0: accepted.')
    expect(code).toBe(0)
    // Nothing of the project was changed, and nothing of the attempt is left in it.
    expect(await readFile(join(folder, 'gatehouse.yaml'), 'utf8')).toBe(before)
    expect((await readdir(folder)).filter((name) => name.includes('proposal'))).toEqual([])
    execFileSync('git', ['apply', 'upgrade.patch'], { cwd: folder })
    const after = await readFile(join(folder, 'gatehouse.yaml'), 'utf8')
    expect(after).toBe(
      before.replace('model: model-a,', 'model: model-a2,').replace('version: 1.0.0', 'version: 1.1.0'),
    )
  })

  test('rejects a worse model, names what got worse and by which criterion, and exits 1', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answers)
    await writeGatewayProject(temp.path, { cases: 160, rules: QUALITY_RULE })
    const { code, out } = await upgrade(
      temp.path,
      server.baseURL,
      'upgrade',
      '--component',
      'model-a=model-worse',
      '--attacks',
      '0',
      '--json',
    )
    expect(code).toBe(1)
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      schemaVersion: 1,
      verdict: 'rejected',
      exitCode: 1,
      version: { from: '1.0.0', to: '1.1.0' },
    })
    expect(report.regressions).toHaveLength(40)
    expect(report.regressions[0]).toMatchObject({ of: 'few', file: 'suites/few.jsonl' })
    const outcomes = new Map(report.criteria.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]))
    expect(Object.fromEntries(outcomes)).toEqual({
      'few: no worse': 'failed',
      'few: no scorer worse': 'failed',
      'GH-QUA-001': 'failed',
      'the model that was asked answered': 'passed',
    })
  })

  test('attacks both sides with the same cases and their benign twins', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answers)
    await writeGatewayProject(temp.path, { cases: 160 })
    const { code, out } = await upgrade(
      temp.path,
      server.baseURL,
      'upgrade',
      '--component',
      'main=model-a2',
      '--attacks',
      '40',
      '--margin',
      '0.1',
    )
    expect(out).toMatch(/PASS red-team campaign: no worse .* n=\d\d/)
    expect(out).toMatch(/PASS benign twins: no worse .* n=40/)
    expect(code).toBe(0)
  })

  test('cannot accept on too few cases, and exits 3', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answers)
    await writeGatewayProject(temp.path, { cases: 10 })
    const { code, out } = await upgrade(
      temp.path,
      server.baseURL,
      'upgrade',
      '--component',
      'main=model-a2',
      '--attacks',
      '0',
    )
    expect(out).toContain('???? few: no worse')
    expect(code).toBe(3)
  })

  test('rejects a name that another model answers to', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answers)
    await writeGatewayProject(temp.path, { cases: 160 })
    const { code, out } = await upgrade(
      temp.path,
      server.baseURL,
      'upgrade',
      '--component',
      'main=model-moved',
      '--attacks',
      '0',
    )
    expect(out).toContain('FAIL the model that was asked answered  model-moved-0901')
    expect(code).toBe(1)
  })

  test.each([
    { args: ['--component', 'nobody=x'], problem: '[upgrade/unknown-component]' },
    { args: ['--component', 'model=x'], problem: '[upgrade/ambiguous-component]' },
    { args: ['--component', 'main=model-a'], problem: '[upgrade/nothing-changes]' },
    { args: ['--component', 'system=prompts/none.md'], problem: 'prompts/none.md' },
    { args: ['--component', 'main'], problem: 'must look like main=' },
  ])('refuses $args with $problem', async ({ args, problem }) => {
    await using temp = await tempFolder()
    await writeGatewayProject(temp.path, { cases: 1 })
    const { code, error } = await upgrade(temp.path, 'http://127.0.0.1:9/v1', 'upgrade', ...args)
    expect(error).toContain(problem)
    expect(error).not.toContain('proposal')
    expect(code).toBe(2)
  })
})

describe('a model that changed without a release', () => {
  test('fails the gate by its check, which names the command, and is told on standard error', async () => {
    await using temp = await tempFolder()
    let version = 'model-a'
    await using server = await modelsServer(() => ({ text: 'good', model: version }))
    await writeGatewayProject(temp.path, { cases: 60, rules: `${QUALITY_RULE}${VERSION_RULE}` })
    const first = await upgrade(temp.path, server.baseURL, 'gate', '--verbose')
    expect(first.code).toBe(0)
    expect(first.out).toContain('GH-VND-005 answered by model-a')
    expect(first.error).not.toContain('another version')
    version = 'model-a-0901'
    // Other cases ask for new evidence of the same release.
    await writeGatewayProject(temp.path, { cases: 61, rules: `${QUALITY_RULE}${VERSION_RULE}` })
    const second = await upgrade(temp.path, server.baseURL, 'gate')
    expect(second.error).toContain(
      'another version answered: `model-a` was asked, `model-a-0901` says that it answered',
    )
    expect(second.error).toContain('next: gatehouse upgrade --component model-a=model-a-0901')
    expect(second.code).toBe(1)
    expect(second.out).toContain('FAIL GH-VND-005')
    expect(second.out).toMatch(/gatehouse\.yaml:\d+ model-a: `model-a-0901` answered 61 of its requests/)
  })

  test('is told by a run against a model', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(() => ({ text: 'good', model: 'model-a-0901' }))
    await writeGatewayProject(temp.path, { cases: 3 })
    await writeFile(join(temp.path, 'target.yaml'), `type: openai\nmodel: model-a\nbaseUrl: ${server.baseURL}\n`)
    const { error } = await upgrade(
      temp.path,
      server.baseURL,
      'eval',
      'run',
      'suites/few.yaml',
      '--target',
      'target.yaml',
    )
    expect(error).toContain('next: gatehouse upgrade --component model-a=model-a-0901')
  })
})
