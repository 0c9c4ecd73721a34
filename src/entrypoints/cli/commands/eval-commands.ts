import { InvalidArgumentError, Option, type Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'
import { registerEvalChangeCommands } from './eval-change-commands.ts'

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]

const number =
  (least: number, most: number) =>
  (value: string): number => {
    const parsed = Number(value)
    if (value.trim() === '' || !Number.isFinite(parsed) || parsed < least || parsed > most)
      throw new InvalidArgumentError(`must be a number from ${least} to ${most}.`)
    return parsed
  }

const whole =
  (least: number, most: number) =>
  (value: string): number => {
    const parsed = number(least, most)(value)
    if (!Number.isInteger(parsed)) throw new InvalidArgumentError('must be a whole number.')
    return parsed
  }

function shard(value: string): { readonly part: number; readonly of: number } {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(value)
  const [part, of] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || part < 1 || part > of) throw new InvalidArgumentError('must look like 2/8.')
  return { part, of }
}

const PROJECT = ['-p, --project <folder>', 'folder that paths of the suite are relative to', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder, for the application', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const

/** `eval`: suites against targets, decided by criteria. */
export function registerEvalCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const group = program.command('eval').description('run suites, score responses, look at what came of them')
  registerRun(group, { terminal, setExitCode })
  registerScore(group, { terminal, setExitCode })
  registerRuns(group, { terminal, setExitCode })
  registerPlanning(group, { terminal, setExitCode })
  registerEvalChangeCommands(group, { terminal, setExitCode })
}

function registerRun(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('run')
    .description('run a suite against a target; every finished trial is journaled and never run twice')
    .argument('<suite>', 'suite file, relative to the project')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option(
      '-t, --target <target>',
      'echo, openai:MODEL, anthropic:MODEL, http://…, command:…, a module, or a target file (default: the suite’s)',
    )
    .option('--trials <n>', 'trials of each case', whole(1, 50))
    .option('--seed <n>', 'order of the draw', whole(0, 2_147_483_647))
    .option('-c, --concurrency <n>', 'trials under way at once', whole(1, 1_000), 16)
    .option('--budget-usd <amount>', 'stop when the answers have cost so much', number(0, 1_000_000))
    .option('--budget-seconds <n>', 'stop after so long', number(1, 604_800))
    .option('--shard <i/n>', 'only this part of the draw; merge the parts with `eval merge`', shard)
    .option('--resume', 'go on with the newest unfinished run of the same suite, target and seed', false)
    .addOption(new Option('--record <file>', 'keep every answer on a cassette').conflicts('cassette'))
    .option('--cassette <file>', 'answer from a cassette: no model is called')
    .option(
      '-o, --output <file>',
      'write FILE or FORMAT=FILE: json, html, md, xml (JUnit), jsonl, csv, sarif, github, gitlab; repeatable',
      collect,
      [],
    )
    .option('--json', 'print the report as JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse eval run suites/quality.yaml --target openai:gpt-4.1-mini -o report.html\n  $ gatehouse eval run suites/quality.yaml --cassette run.cassette --json\n  $ gatehouse eval run suites/quality.yaml -o findings.sarif -o gitlab=gl-code-quality.json\n  $ gatehouse eval run suites/quality.yaml --shard 1/4\n  $ gatehouse eval run suites/quality.yaml --resume\n',
    )
    .action(async (suite: string, options) =>
      setExitCode(await (await import('./eval-run.ts')).evalRunCommand(terminal, suite, options)),
    )
}

function registerScore(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('score')
    .description('score answers that were collected elsewhere; with a baseline, compare the two case by case')
    .requiredOption('-r, --responses <file>', 'JSON lines: {"id", "prompt", "response", "expected" or "expect"}')
    .option('-b, --baseline <file>', 'answers to the same ids from before')
    .option('-s, --suite <file>', 'take expectations and criteria from this suite, by the ids of its cases')
    .option(...PROJECT)
    .option('--margin <share>', 'by how much misses may rise over the baseline', number(0, 1), 0.02)
    .option('--seed <n>', 'of the bootstrap', whole(0, 2_147_483_647), 1)
    .option(
      '--comparison <file>',
      'write the comparison with the baseline: .json, .md or .xml (JUnit); repeatable',
      collect,
      [],
    )
    .option(
      '-o, --output <file>',
      'write FILE or FORMAT=FILE: json, html, md, xml (JUnit), jsonl, csv, sarif, github, gitlab; repeatable',
      collect,
      [],
    )
    .option('--json', 'print report and comparison as JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse eval score --responses new.jsonl --baseline old.jsonl -o junit.xml\n  $ gatehouse eval score --responses new.jsonl --suite suites/quality.yaml\n',
    )
    .action(async (options) => setExitCode(await (await import('./eval-score.ts')).evalScoreCommand(terminal, options)))
  group
    .command('fairness')
    .description('demographic parity, equalised odds and selection-rate ratio of a table of decisions')
    .requiredOption('-d, --decisions <file>', 'CSV with a line of names')
    .option('--group <column>', 'column that names the group', 'group')
    .option('--selected <column>', 'column with the decision: yes or no', 'selected')
    .option('--actual <column>', 'column with what was right: yes or no')
    .option('--reference <group>', 'group that the others are compared with (default: the largest)')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse eval fairness --decisions loans.csv --group region --actual repaid\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./eval-fairness.ts')).evalFairnessCommand(terminal, options)),
    )
}

function registerRuns(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('list')
    .description('runs that are kept, newest first')
    .option(...STATE)
    .option('--json', 'print JSON', false)
    .action(async (options) => setExitCode(await (await import('./eval-runs.ts')).evalListCommand(terminal, options)))
  group
    .command('show')
    .description('the report of one run')
    .argument('<run>', 'id from `eval list`')
    .option(...STATE)
    .option(
      '-o, --output <file>',
      'write FILE or FORMAT=FILE: json, html, md, xml (JUnit), jsonl, csv, sarif, github, gitlab; repeatable',
      collect,
      [],
    )
    .option('--json', 'print JSON', false)
    .action(async (run: string, options) =>
      setExitCode(await (await import('./eval-runs.ts')).evalShowCommand(terminal, run, options)),
    )
  withPages(
    group
      .command('results')
      .description(
        'evaluations that workers of a server ran: suites of schedules, models that were proven by themselves',
      )
      .addOption(projectSystem())
      .option(...STATE)
      .option(...AS)
      .option('--json', 'print JSON', false),
  ).action(async (options) =>
    setExitCode(await (await import('./eval-results.ts')).evalResultsCommand(terminal, options)),
  )
  group
    .command('result')
    .description('the report of one of them')
    .argument('<id>', 'from `eval results`')
    .option('--patch <file>', 'write the proposed change of the manifest to FILE')
    .option(...STATE)
    .option(...AS)
    .option('--json', 'print JSON', false)
    .action(async (id: string, options) =>
      setExitCode(await (await import('./eval-results.ts')).evalResultCommand(terminal, id, options)),
    )
  group
    .command('merge')
    .description('the report of the whole from the journals of its shards; nothing is run')
    .argument('<runs...>', 'ids of the shards')
    .option(...PROJECT)
    .option(...STATE)
    .option(
      '-o, --output <file>',
      'write FILE or FORMAT=FILE: json, html, md, xml (JUnit), jsonl, csv, sarif, github, gitlab; repeatable',
      collect,
      [],
    )
    .option('--json', 'print JSON', false)
    .action(async (runs: string[], options) =>
      setExitCode(await (await import('./eval-runs.ts')).evalMergeCommand(terminal, runs, options)),
    )
}

function registerPlanning(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('plan')
    .description('how many cases each criterion needs, fixed and sequential, before anything is run')
    .argument('<suite>', 'suite file, relative to the project')
    .option(...PROJECT)
    .option('--miss-rate <share>', 'miss rate that is hoped for (default: half of what is allowed)', number(0, 1))
    .option('--power <p>', 'probability with which it shall pass then', number(0.5, 0.999), 0.9)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  $ gatehouse eval plan suites/quality.yaml --miss-rate 0.005\n')
    .action(async (suite: string, options) =>
      setExitCode(await (await import('./eval-plan.ts')).evalPlanCommand(terminal, suite, options)),
    )
  group
    .command('calibrate')
    .description('ask a judge about answers that people labelled, and write its passport')
    .argument('<suite>', 'suite that declares the judge')
    .argument('<judge>', 'id of the judge')
    .requiredOption('-l, --labels <file>', 'JSON lines: {"prompt", "reply", "label": "miss" | "hold"}')
    .requiredOption('-o, --output <file>', 'passport, relative to the project')
    .option('--days <n>', 'how long it is valid', whole(1, 730), 90)
    .option(...PROJECT)
    .action(async (suite: string, judge: string, options) =>
      setExitCode(
        await (await import('./eval-calibrate.ts')).evalCalibrateCommand(terminal, { suite, judge }, options),
      ),
    )
}
