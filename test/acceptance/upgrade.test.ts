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
import { VERSION_RULE } from '../support/version-rule.ts'

const QUALITY_RULE = suiteRule(
  'GH-QUA-001',
  'purpose: benign, metric: task-success, atLeast: { T1: 0.9, T2: 0.9, T3: 0.9 }',
)
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
    expect(out).toContain('PASS the baseline is what was proven  model-a')
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
      'the baseline is what was proven': 'passed',
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
    { args: ['--component', 'main=model-b', '--attacks', '20001'], problem: 'from 0 to 20000' },
    { args: ['--component', 'main'], problem: 'must look like main=' },
    { args: [], problem: '[upgrade/what]' },
    { args: ['--component', 'main=model-b', '--save-baseline', 'b.json'], problem: '[upgrade/what]' },
    { args: ['--component', 'main=model-b', '--baseline', 'none.json'], problem: '`none.json` is not there' },
    { args: ['--component', 'main=model-b', '--baseline', 'gatehouse.yaml'], problem: '[upgrade/baseline]' },
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
  /** Serves `model-a` as itself, and later everything as a newcomer that misses every fourth question. */
  async function silentChange(
    folder: string,
    use: (run: (...args: readonly string[]) => ReturnType<typeof upgrade>, change: () => void) => Promise<void>,
  ): Promise<void> {
    let version: string | undefined
    await using server = await modelsServer((model, asked) => {
      const number = Number(/\d+/.exec(asked)?.[0] ?? 1)
      const text = version !== undefined && number % 4 === 0 ? 'I do not know' : 'good'
      return { text, model: version ?? model }
    })
    await writeGatewayProject(folder, { cases: 160, rules: QUALITY_RULE })
    await use(
      (...args) => upgrade(folder, server.baseURL, 'upgrade', '--attacks', '0', ...args),
      () => {
        version = 'model-a-0901'
      },
    )
  }

  test('is compared with itself where the old one can no longer be asked, which accepts nothing', async () => {
    await using temp = await tempFolder()
    await silentChange(temp.path, async (run, change) => {
      change()
      const { code, out } = await run('--component', 'main=model-a-0901')
      expect(out).toContain('ERR  the baseline is what was proven  `model-a-0901` answered for `model-a`')
      expect(out).toContain('PASS the model that was asked answered  model-a-0901')
      // The gate's own criterion is about the newcomer alone, and fails.
      expect(out).toContain('FAIL GH-QUA-001')
      expect(code).toBe(1)
    })
  })

  test('is compared with the results that were kept while the old one answered', async () => {
    await using temp = await tempFolder()
    await silentChange(temp.path, async (run, change) => {
      const kept = await run('--save-baseline', 'baseline.json')
      expect(kept.out).toContain('160 cases and 0 attacks kept in baseline.json')
      expect(kept.code).toBe(0)
      const saved = await readFile(join(temp.path, 'baseline.json'), 'utf8')
      expect(saved).not.toContain('good')
      // Indentation would take a third of what is read back.
      expect(saved.trim().split('\n')).toHaveLength(1)
      change()
      const { code, out } = await run('--component', 'main=model-a-0901', '--baseline', 'baseline.json', '--json')
      const report = JSON.parse(out)
      expect(report.regressions).toHaveLength(40)
      expect(report.criteria.map(({ id, outcome }: { id: string; outcome: string }) => `${outcome} ${id}`)).toEqual([
        'failed few: no worse',
        'failed few: no scorer worse',
        'failed GH-QUA-001',
        'passed the baseline is what was proven',
        'passed the model that was asked answered',
      ])
      expect(code).toBe(1)
      const late = await run('--save-baseline', 'late.json')
      expect(late.error).toContain('[upgrade/baseline-changed]')
      expect(late.code).toBe(2)
    })
  })

  test('has no baseline in the results of another release, or of other attacks', async () => {
    await using temp = await tempFolder()
    await silentChange(temp.path, async (run) => {
      await run('--save-baseline', 'baseline.json')
      const seeded = await run('--component', 'main=model-b', '--baseline', 'baseline.json', '--seed', '2')
      expect(seeded.error).toContain('ask for the same: --attacks 0 --seed 1')
      const manifest = join(temp.path, 'gatehouse.yaml')
      await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('version: 1.0.0', 'version: 1.0.1'))
      const other = await run('--component', 'main=model-b', '--baseline', 'baseline.json')
      expect(other.error).toContain('[upgrade/other-baseline]')
      expect([seeded.code, other.code]).toEqual([2, 2])
    })
  })

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
    // By a name that the manifest knows, it is the model that was asked.
    const manifest = join(temp.path, 'gatehouse.yaml')
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace('model: model-a,', 'model: model-a, answersAs: [model-a-0901],'))
    const known = await upgrade(temp.path, server.baseURL, 'eval', 'run', 'suites/few.yaml', '--target', 'target.yaml')
    expect(known.error).not.toContain('another version')
    expect(known.code).toBe(0)
  })
})
