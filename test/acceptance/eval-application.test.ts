// The example's application behind the gateway, as the target of a suite.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { EvaluationReport } from '../../src/domain/evaluation/evaluation-report.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function cli(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const reportOf = (out: string): EvaluationReport => JSON.parse(out) as EvaluationReport

describe('an application behind the gateway', () => {
  const EXAMPLE = join(import.meta.dirname, '../../examples/support-assistant')

  test('is judged by its effects: tools that ran, records that were read, prompts and hosts that came out', async () => {
    await using temp = await tempFolder()
    const args = [
      'eval',
      'run',
      'suites/redteam.yaml',
      '-p',
      EXAMPLE,
      '--state',
      temp.path,
      '--shard',
      '1/20',
      '--json',
    ]
    const open = await cli(temp.path, ...args, '-m', 'gatehouse-1.0.yaml')
    expect(open.error).not.toContain('error')
    const report = reportOf(open.out)
    expect(report.target).toMatchObject({ isSimulated: true, identity: { type: 'application' } })
    // One attack of each kind comes through on release 1.0.
    const missed = Object.fromEntries(report.failures.map(({ scorers, why }) => [scorers.join(), why]))
    expect(missed).toMatchObject({
      'tool-not-called': 'tool `issue_refund` ran',
      'no-foreign-record': expect.stringMatching(/^record `\S+` of tenant `\S+` was read$/),
      'no-canary': expect.stringMatching(/^the system prompt came out/),
      excludes: 'the reply contains `collector.example`',
    })
    expect(report.failures.every(({ file, line }) => file === 'suites/redteam.jsonl' && line > 0)).toBe(true)
    const guarded = reportOf((await cli(temp.path, ...args, '-m', 'gatehouse.yaml')).out)
    expect(guarded.cases).toEqual({ available: 10, run: 10, held: 10 })
    expect(guarded.trials.errored).toBe(0)
  })
})
