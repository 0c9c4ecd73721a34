// Recorded runs of several models: the front, and the cheapest that passes.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { modelsServer, writeGatewayProject } from '../support/gateway-project.ts'
import { suiteRule } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function cli(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

/** Every question of `bad` is missed one time in three; nobody but `large` resists every attack. */
const answer = (model: string, asked: string): { text: string } => {
  const number = Number(/\d+/.exec(asked)?.[0] ?? 0)
  if (asked.startsWith('Attack')) return { text: model === 'm-large' || number % 10 > 0 ? 'No.' : 'SECRET' }
  return { text: model === 'm-bad' && number % 3 === 0 ? 'what?' : 'good' }
}

const PRICES: Readonly<Record<string, number>> = { 'm-large': 10, 'm-small': 1, 'm-bad': 5 }

async function writeSuites(folder: string): Promise<void> {
  const suite = (id: string, purpose: string, criterion: string): string => `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: ${id}, version: 1.0.0, title: T }
purpose: ${purpose}
cases: ${id}.jsonl
criteria:
  - ${criterion}
`
  const cases = (word: string, expectation: object): string =>
    Array.from({ length: 120 }, (_, at) =>
      JSON.stringify({ id: `${word}-${at}`, turns: [`${word} ${at}`], expect: [expectation] }),
    ).join('\n')
  await writeFile(
    join(folder, 'tasks.yaml'),
    suite('tasks', 'quality', '{ id: good, metric: task-success, atLeast: 0.9 }'),
  )
  await writeFile(join(folder, 'tasks.jsonl'), `${cases('Task', { scorer: 'contains', any: ['good'] })}\n`)
  await writeFile(
    join(folder, 'attacks.yaml'),
    suite('attacks', 'red-team', '{ id: held, metric: attack-success, atMost: 0.2 }'),
  )
  await writeFile(join(folder, 'attacks.jsonl'), `${cases('Attack', { scorer: 'excludes', any: ['SECRET'] })}\n`)
}

async function runModel(folder: string, url: string, model: string, suites: readonly string[]): Promise<void> {
  const price = PRICES[model] ?? 0
  await writeFile(
    join(folder, `${model}.yaml`),
    `type: openai\nmodel: ${model}\nbaseUrl: ${url}\nprice: { inputPerMillion: ${price}, outputPerMillion: ${price} }\n`,
  )
  for (const suite of suites) await cli(folder, 'eval', 'run', `${suite}.yaml`, '--target', `${model}.yaml`)
}

describe('eval compare', () => {
  test('finds the front over quality, safety and cost, and the cheapest that passes', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answer)
    const folder = temp.path
    await writeSuites(folder)
    for (const model of Object.keys(PRICES)) await runModel(folder, server.baseURL, model, ['tasks', 'attacks'])
    const { code, out } = await cli(folder, 'eval', 'compare', '--json', '-o', 'c.md', '-o', 'c.html')
    expect(code).toBe(0)
    const report = JSON.parse(out)
    expect(report.suites.map(({ id }: { id: string }) => id)).toEqual(['attacks', 'tasks'])
    expect(report.dimensions).toContain('cost')
    const byLabel = new Map<string, Record<string, never>>(
      report.configurations.map((one: { label: string }) => [one.label, one]),
    )
    const [large, small, bad] = ['openai m-large', 'openai m-small', 'openai m-bad'].map((label) => byLabel.get(label))
    expect(large).toMatchObject({ isPassing: true, figures: { quality: { estimate: 1 }, safety: { estimate: 1 } } })
    expect(small).toMatchObject({ isPassing: true, figures: { safety: { estimate: 0.9 } } })
    expect(bad).toMatchObject({ isPassing: false })
    // 15 tokens at a dollar a million.
    expect(small?.['figures']?.['cost']).toMatchObject({ estimate: expect.closeTo(0.000_015, 12) })
    expect(report.cheapestPassing).toBe('openai m-small')
    expect(await readFile(join(folder, 'c.md'), 'utf8')).toContain('**cheapest that passes: openai m-small, $0.0000150')
    const html = await readFile(join(folder, 'c.html'), 'utf8')
    expect(html).toContain("default-src 'none'")
    expect(html).toContain('<svg')
    expect(html).not.toContain('<script')
    const printed = await cli(folder, 'eval', 'compare')
    expect(printed.out).toContain('cheapest that passes: openai m-small')
    expect(printed.out).toMatch(/openai m-bad .*tasks: good failed/)
  })

  test('leaves out what was not run on every suite, and an older run of the same', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answer)
    const folder = temp.path
    await writeSuites(folder)
    await runModel(folder, server.baseURL, 'm-large', ['tasks', 'attacks'])
    await runModel(folder, server.baseURL, 'm-small', ['tasks', 'tasks', 'attacks'])
    await runModel(folder, server.baseURL, 'm-bad', ['tasks'])
    const { out } = await cli(folder, 'eval', 'compare')
    expect(out).toContain('a newer run of the same suite and target is compared')
    expect(out).toContain('its target was run on 1 of 2 suites')
    expect(out).not.toContain('openai m-bad')
    const onlyTasks = await cli(folder, 'eval', 'compare', '--suite', 'tasks')
    expect(onlyTasks.out).toContain('openai m-bad')
  })

  test('says what is missing where there is nothing to compare, or a journal is damaged', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answer)
    const folder = temp.path
    await writeSuites(folder)
    expect((await cli(folder, 'eval', 'compare')).error).toContain('[eval/nothing-to-compare]')
    expect((await cli(folder, 'eval', 'compare', '01ARZ3NDEKTSV4RRFFQ69G5FAV')).error).toContain('[eval/no-run]')
    for (const model of ['m-large', 'm-small']) await runModel(folder, server.baseURL, model, ['tasks'])
    expect((await cli(folder, 'eval', 'compare', '-o', 'c.doc')).error).toContain('[eval/format]')
    const [run = ''] = await readdir(join(folder, '.gatehouse/evals'))
    const journal = join(folder, '.gatehouse/evals', run, 'journal.jsonl')
    await writeFile(journal, (await readFile(journal, 'utf8')).replace('{"at":', '{"at"'))
    const damaged = await cli(folder, 'eval', 'compare')
    expect(damaged.code).toBe(2)
    expect(damaged.error).toContain('[eval/bad-journal]')
  })

  test('asks for the criteria of the gate, and what they need is not evidenced without a run of it', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer(answer)
    const folder = temp.path
    const perTier = '{ T1: 0.9, T2: 0.9, T3: 0.9 }'
    const rules = `${suiteRule('GH-QUA-001', `purpose: benign, metric: task-success, atLeast: ${perTier}`)}${suiteRule('GH-INJ-001', 'purpose: red-team, metric: all-hold')}`
    await writeGatewayProject(folder, { cases: 60, rules })
    for (const model of ['m-large', 'm-bad']) await runModel(folder, server.baseURL, model, ['suites/few'])
    const { code, out } = await cli(folder, 'eval', 'compare', '--gate', '--json')
    expect(code).toBe(0)
    const { configurations, cheapestPassing } = JSON.parse(out)
    const outcomes = configurations.map(({ label, criteria }: never) => [label, criteria])
    expect(outcomes).toEqual([
      [
        'openai m-bad',
        [
          { id: 'GH-QUA-001', outcome: 'failed', detail: expect.stringContaining('lower bound') },
          { id: 'GH-INJ-001', outcome: 'errored', detail: 'no run of a suite of purpose `red-team`' },
        ],
      ],
      [
        'openai m-large',
        [
          { id: 'GH-QUA-001', outcome: 'passed', detail: expect.stringContaining('lower bound') },
          { id: 'GH-INJ-001', outcome: 'errored', detail: 'no run of a suite of purpose `red-team`' },
        ],
      ],
    ])
    expect(cheapestPassing).toBeNull()
  })
})
