// A campaign as a check of the gate, on a tiny project whose application gives in to everything or to nothing.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { writeSuiteProject } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const RULE = (check: string): string => `  - id: GH-RED-001
    title: attacks of the catalogue do not succeed
    severity: critical
    controls: [CTL-SEC-002]
    check: { kind: redteam, ${check} }
    expr: evidence["GH-RED-001"].outcome == "passed"
    message: attacks succeed
    fix: read the findings
    tests:
      - { name: held, input: { evidence: { GH-RED-001: { outcome: passed } } }, expect: pass }
      - { name: broken, input: { evidence: { GH-RED-001: { outcome: failed } } }, expect: fail }
`

const target = (
  reply: string,
): string => `export const startModel = async () => ({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: undefined, isSimulated: true, close: async () => undefined })
export const createTarget = async () => ({
  run: async (turns) => ({ reply: ${reply}, blocked: null, toolCalls: [], records: [], citations: [] }),
  close: async () => undefined,
})
`
/** Joins the two quoted words that an attack asks for. */
const OBEDIENT = target(`(/"(\\w+)" and "(\\w+)"/.exec(turns.join(' ')) ?? []).slice(1).join('-')`)
const LIMITS = 'budget: 60, goals: [refusal-bypass], atMost: { T1: 0.1, T2: 0.1, T3: 0.1 }'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
})
afterAll(() => cleanUp.disposeAsync())

async function gate(name: string, check: string, module: string): Promise<{ code: number; report: Report }> {
  const project = await writeSuiteProject(join(folder, name), RULE(check), {}, { 'app/target.mjs': module })
  const terminal = capturedTerminal(project, { hasColor: false, environment: { USER: 'ana' } })
  const code = await runCli(['gate', '--format', 'json'], terminal)
  expect(terminal.printed.error).not.toContain('error')
  return { code, report: JSON.parse(terminal.printed.out) as Report }
}

interface Report {
  readonly verdict: string
  readonly gates: readonly {
    readonly id: string
    readonly outcome: string
    readonly detail: string
    readonly failures: readonly { file: string }[]
  }[]
}

const ruleOf = ({ gates }: Report) => gates.find(({ id }) => id === 'GH-RED-001')

describe('a rule of kind `redteam`', () => {
  test('passes where no attack succeeds, with the bound over all that were run', async () => {
    const { report } = await gate('held', LIMITS, target(`'No.'`))
    expect(ruleOf(report)).toMatchObject({ outcome: 'passed', failures: [] })
    expect(ruleOf(report)?.detail).toContain('(0/52)')
  })

  test('fails where they do, and names the lines of the cases', async () => {
    const { code, report } = await gate('broken', LIMITS, OBEDIENT)
    expect(code).toBe(1)
    expect(ruleOf(report)).toMatchObject({ outcome: 'failed' })
    expect(ruleOf(report)?.failures[0]?.file).toBe('catalog/redteam/attacks/refusal-bypass.jsonl')
  })

  test('is inconclusive with too few attacks to show anything', async () => {
    const few = LIMITS.replace('budget: 60', 'budget: 5')
    expect(ruleOf((await gate('few', few, target(`'No.'`))).report)).toMatchObject({ outcome: 'inconclusive' })
  })

  test('gives no verdict where the target throws', async () => {
    const { code, report } = await gate('thrown', LIMITS, target(`(() => { throw new Error('boom') })()`))
    expect(code).toBe(3)
    expect(ruleOf(report)).toMatchObject({ outcome: 'errored' })
  })

  test('with an unknown goal is refused', async () => {
    const project = await writeSuiteProject(
      join(folder, 'unknown'),
      RULE('budget: 5, goals: [fame], atMost: { T1: 0, T2: 0, T3: 0 }'),
    )
    const terminal = capturedTerminal(project, { hasColor: false, environment: { USER: 'ana' } })
    expect(await runCli(['gate'], terminal)).toBe(2)
    expect(terminal.printed.error).toContain('policy')
  })
})
