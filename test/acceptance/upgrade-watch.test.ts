// A provider changes its model by itself: workers prove the newcomer against what was kept, without being asked.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { modelsServer, writeGatewayProject } from '../support/gateway-project.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { suiteRule } from '../support/suite-project.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { VERSION_RULE } from '../support/version-rule.ts'

const QUALITY_RULE = suiteRule(
  'GH-QUA-001',
  'purpose: benign, metric: task-success, atLeast: { T1: 0.6, T2: 0.6, T3: 0.6 }',
)

test('a model that changed without a release is proven by itself against the results of the release', async () => {
  await using temp = await tempFolder()
  let isChanged = false
  await using provider = await modelsServer((model, asked) => {
    const number = Number(/\d+/.exec(asked)?.[0] ?? 1)
    return { text: isChanged && number % 4 === 0 ? 'I do not know' : 'good', model: isChanged ? 'model-a-0901' : model }
  })
  const project = join(temp.path, 'project')
  const rules = `${QUALITY_RULE}${VERSION_RULE}`
  await writeGatewayProject(project, { cases: 40, rules })
  const state = join(temp.path, 'state')
  await using _ = await startPlaneOf(state, {
    config: {
      apiVersion: 'gatehouse.dev/v1',
      kind: 'ServerConfig',
      upgrades: [
        { id: 'models', system: 'shop-bot', project, manifest: 'gatehouse.yaml', attacks: 0, seed: 1, margin: 0.02 },
      ],
    },
    environment: { OPENAI_BASE_URL: provider.baseURL },
  })
  // Another address of the same provider asks for new evidence of the same release.
  let baseURL = provider.baseURL
  const gatehouse = async (...args: readonly string[]): Promise<{ code: number; out: string; error: string }> => {
    const terminal = capturedTerminal(project, { environment: { OPENAI_BASE_URL: baseURL } })
    const code = await runCli([...args, '--state', state], terminal)
    return { code, ...terminal.printed }
  }
  const results = async (): Promise<
    readonly { readonly id: string; readonly what: string; readonly status: string }[]
  > => JSON.parse((await gatehouse('eval', 'results', '--json')).out).items
  const first = await gatehouse('gate')
  expect(first.code).toBe(0)
  // What was released is kept.
  const [kept] = await eventually(results, (items) => items.length === 1)
  expect(kept).toMatchObject({ what: 'upgrade-baseline', status: 'passed' })
  expect((await gatehouse('eval', 'result', kept?.id ?? '')).out).toContain('40 cases, kept to compare a change with')

  isChanged = true
  baseURL = provider.baseURL.replace('127.0.0.1', 'localhost')
  const second = await gatehouse('gate')
  expect(second.out).toContain('FAIL GH-VND-005')
  const [proof] = await eventually(results, (items) => items.some(({ what }) => what === 'upgrade'))
  expect(proof).toMatchObject({ what: 'upgrade', status: 'failed', finding: 'FND-1' })
  const shown = await gatehouse('eval', 'result', proof?.id ?? '', '--patch', 'upgrade.patch')
  expect(shown.code).toBe(1)
  expect(shown.out).toContain('shop-bot · model main: model-a → model-a-0901')
  expect(shown.out).toContain('PASS the baseline is what was proven  model-a, results kept')
  expect(shown.out).toContain('regressions (10)')
  expect(await readFile(join(project, 'upgrade.patch'), 'utf8')).toContain(
    '+    - { id: main, provider: openai, model: model-a-0901',
  )
  const finding = await gatehouse('finding', 'show', 'FND-1')
  expect(finding.out).toContain('Model `model-a` was answered by another: `model-a-0901`')
  expect(finding.out).toContain('paired evaluation of `model-a-0901` against `model-a`: rejected, 10 cases worse')
})
