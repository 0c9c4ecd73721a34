// Journeys: what `eval coverage` shows, and that a gap blocks the gate of a T1 system.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { suiteRule, writeSuiteProject } from '../support/suite-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function cli(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const COVERAGE_RULE = `  - id: GH-COV-001
    title: critical journeys are tried
    severity: high
    controls: [CTL-QUA-008]
    when: tier == "T1" && has(manifest.journeys)
    check: { kind: builtin, name: journey-coverage }
    expr: evidence["GH-COV-001"].outcome == "passed"
    message: a critical journey has too few cases
    fix: tag cases
    tests:
      - { name: holds, input: { tier: T1, manifest: { journeys: [] }, evidence: { GH-COV-001: { outcome: passed } } }, expect: pass }
      - { name: breaks, input: { tier: T1, manifest: { journeys: [] }, evidence: { GH-COV-001: { outcome: failed } } }, expect: fail }
`
const RULES = `${suiteRule('GH-OVB-001', 'purpose: benign, metric: all-hold')}${COVERAGE_RULE}`
const JOURNEYS = `journeys:
  - { id: order-status, risk: medium, text: Where is my order, languages: [en, de], risks: [LLM02] }
  - { id: refund, risk: high, text: Money back }
`

interface Tagged {
  readonly journeys?: readonly string[]
  readonly language?: string
  readonly risks?: readonly string[]
}

const casesOf = (tagged: readonly Tagged[]): string =>
  tagged
    .map((tags, at) =>
      JSON.stringify({
        id: `c-${at}`,
        subject: { tenant: 't', principal: 'p', roles: [] },
        turns: [`Question ${at}`],
        expect: [{ scorer: 'answered' }],
        ...tags,
      }),
    )
    .join('\n')

const STATUS: Tagged = { journeys: ['order-status'], risks: ['LLM02'] }
const COVERED: readonly Tagged[] = [
  { ...STATUS, language: 'en' },
  { ...STATUS, language: 'de' },
  { ...STATUS, language: 'de' },
  ...Array.from({ length: 5 }, (): Tagged => ({ journeys: ['refund'], language: 'en' })),
]

function writeProject(folder: string, cases: readonly Tagged[], audience = 'customers'): Promise<string> {
  return writeSuiteProject(folder, RULES, { audience, extra: JOURNEYS }, { 'suites/few.jsonl': `${casesOf(cases)}\n` })
}

describe('eval coverage', () => {
  test('shows journey, risk and language with counts, and exits 3 until there is evidence', async () => {
    await using temp = await tempFolder()
    await writeProject(temp.path, COVERED)
    const before = await cli(temp.path, 'eval', 'coverage')
    expect(before.code).toBe(3)
    expect(before.out).toContain('0 of 2 journeys covered')
    expect(before.out).toContain('not evidenced: its suites gave no result for this release')
    expect(before.out).toMatch(/order-status +LLM02 +de +2/)
    expect(before.out).toMatch(/refund +unstated +en +5/)
    expect((await cli(temp.path, 'gate')).code).toBe(0)
    const after = await cli(temp.path, 'eval', 'coverage', '--json')
    expect(after.code).toBe(0)
    const report = JSON.parse(after.out)
    expect(report).toMatchObject({ schemaVersion: 1, tier: 'T1', exitCode: 0, undeclared: [] })
    expect(report.journeys.map(({ id, cases, gaps }: never) => [id, cases, gaps])).toEqual([
      ['order-status', 3, []],
      ['refund', 5, []],
    ])
    expect(Date.parse(report.journeys[0].newestAt)).toBeGreaterThan(0)
  })

  test('names each gap, what is misspelt and where, and exits 1 for T1 and 0 for T2', async () => {
    await using temp = await tempFolder()
    const cases: readonly Tagged[] = [{ journeys: ['order-status', 'refnud'], language: 'en' }]
    await writeProject(temp.path, cases)
    const strict = await cli(temp.path, 'eval', 'coverage', '--no-evidence')
    expect(strict.code).toBe(1)
    expect(strict.out).toContain('1 of 3 cases; no case in language `de`; no case for risk `LLM02`')
    expect(strict.out).toContain('0 of 5 cases')
    expect(strict.out).toContain('suites/few.jsonl:1: journey `refnud` is not in the manifest')
    const markdown = await cli(temp.path, 'eval', 'coverage', '--no-evidence', '--format', 'markdown')
    expect(markdown.out).toContain('| refund | high | 0 | 5 | – | 0 of 5 cases |')
    await writeProject(temp.path, cases, 'employees')
    expect((await cli(temp.path, 'eval', 'coverage', '--no-evidence')).code).toBe(0)
  })

  test('does not count cases of a suite that no rule reads', async () => {
    await using temp = await tempFolder()
    await writeProject(temp.path, COVERED)
    const suite = join(temp.path, 'suites/few.yaml')
    await writeFile(suite, (await readFile(suite, 'utf8')).replace('purpose: benign', 'purpose: quality'))
    const { code, out } = await cli(temp.path, 'eval', 'coverage', '--no-evidence')
    expect(code).toBe(1)
    expect(out).toContain('0 of 5 cases; 5 more are in suites that no check reads')
  })
})

describe('the gate', () => {
  test('is blocked by an uncovered journey at the line that declares it, and released when cases are added', async () => {
    await using temp = await tempFolder()
    await writeProject(temp.path, COVERED.slice(0, 7))
    const blocked = await cli(temp.path, 'gate')
    expect(blocked.code).toBe(1)
    expect(blocked.out).toContain('FAIL GH-COV-001')
    expect(blocked.out).toMatch(/gatehouse\.yaml:\d+ refund: high risk: 4 of 5 cases/)
    // The release is the same: only its cases are others, so the check must be run again.
    await writeFile(join(temp.path, 'suites/few.jsonl'), `${casesOf(COVERED)}\n`)
    const released = await cli(temp.path, 'gate')
    expect(released.code).toBe(0)
    expect(released.out).toMatch(/RAN [1-9]/)
  })

  test('does not ask a T2 system', async () => {
    await using temp = await tempFolder()
    await writeProject(temp.path, COVERED.slice(0, 1), 'employees')
    const { out } = await cli(temp.path, 'gate')
    expect(out).not.toContain('GH-COV-001')
  })
})
