import { InvalidArgumentError, Option, type Command } from 'commander'
import { ATTACKS_MAX } from '../../../application/upgrade/upgrade-work.ts'
import type { CommandContext } from './command-context.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]

const number =
  (least: number, most: number, isWhole: boolean) =>
  (value: string): number => {
    const parsed = Number(value)
    if (value.trim() === '' || !(parsed >= least && parsed <= most) || (isWhole && !Number.isInteger(parsed)))
      throw new InvalidArgumentError(`must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}.`)
    return parsed
  }

function component(value: string): { readonly named: string; readonly to: string } {
  const at = value.indexOf('=')
  const [named, to] = [value.slice(0, at), value.slice(at + 1)]
  if (at < 1 || to.trim() === '') throw new InvalidArgumentError('must look like main=gpt-4.1-mini-2025-04-14.')
  return { named, to }
}

function modelName(value: string): string {
  if (value.trim() === '' || value.length > 200)
    throw new InvalidArgumentError('must be a name of 1 to 200 characters.')
  return value
}

function semanticVersion(value: string): string {
  if (!/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,64})?$/.test(value))
    throw new InvalidArgumentError('must be a semantic version such as 1.2.0.')
  return value
}

/** What changes between two states of a system: coverage, comparison, upgrade, suites from elsewhere. */
export function registerEvalChangeCommands(group: Command, context: CommandContext): void {
  registerCoverage(group, context)
  registerCompare(group, context)
  registerImport(group, context)
}

function registerCoverage(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('coverage')
    .description('critical journeys by risk and language: cases, age of evidence, gaps')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option('--max-age-days <n>', 'age up to which evidence counts', number(1, 366, true), 30)
    .option('--no-evidence', 'count cases only; open no state')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['human', 'markdown', 'csv', 'json']).default('human'),
    )
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse eval coverage\n  $ gatehouse eval coverage --no-evidence --format markdown\n\nExits 1 where a journey of a T1 system lacks cases, 3 where its evidence is missing or old.\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./eval-coverage.ts')).evalCoverageCommand(terminal, options)),
    )
}

function registerCompare(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('compare')
    .description('releases, models and prompts by their kept runs: Pareto front, and the cheapest that passes')
    .argument('[runs...]', 'ids from `eval list` (default: the newest of each suite and target)')
    .option('-s, --suite <id>', 'only runs of this suite; repeatable', collect, [])
    .option('--gate', 'ask for the criteria of the gate too, not only for those of the suites', false)
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option('-o, --output <file>', 'write the comparison: .json, .html or .md; repeatable', collect, [])
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse eval compare\n  $ gatehouse eval compare --suite quality --suite redteam --gate -o models.html\n',
    )
    .action(async (runs: string[], options) =>
      setExitCode(await (await import('./eval-compare.ts')).evalCompareCommand(terminal, runs, options)),
    )
}

function registerImport(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('import')
    .description('a promptfoo config as a suite, with a report of what did not translate; its code is never run')
    .argument('<config>', 'promptfooconfig.yaml, or JSON of the same form')
    .requiredOption('-o, --out <file>', 'suite to write, relative to the project; cases and further targets beside it')
    .option('-p, --project <folder>', 'folder that paths of the suite are relative to', '.')
    .option('--judge <model>', 'model that grades rubrics (default: the grader of the config)', modelName)
    .option('--force', 'overwrite files that are there', false)
    .option('--strict', 'exit 1 when something is left out or changed', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse eval import promptfooconfig.yaml --out suites/imported.yaml\n  $ gatehouse eval import promptfooconfig.yaml --out suites/imported.yaml --judge gpt-4.1-mini --json\n',
    )
    .action(async (config: string, options) =>
      setExitCode(await (await import('./eval-import.ts')).evalImportCommand(terminal, config, options)),
    )
}

/** `upgrade`: is the successor of a component as good? */
export function registerUpgrade(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('upgrade')
    .description('a model or prompt against its successor: paired cases and attacks, acceptance criteria, a patch')
    .option('--component <id=value>', 'id, kind or declared name, and the new model name or prompt path', component)
    .option('--baseline <file>', 'compare with results that were kept, instead of asking the old one')
    .option('--save-baseline <file>', 'run the system as it is, keep its results, and compare nothing')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('--release <version>', 'version of the proposed release (default: the next minor)', semanticVersion)
    .option('--candidate-url <url>', 'base URL under which the new model answers (default: OPENAI_BASE_URL)')
    .option(
      '--attacks <n>',
      `attacks, and as many benign twins, up to ${ATTACKS_MAX}; 0 for none`,
      number(0, ATTACKS_MAX, true),
      200,
    )
    .option('--margin <share>', 'by how much misses may rise', number(0, 1, false), 0.02)
    .option('--seed <n>', 'of the draw and the bootstrap', number(0, 2_147_483_647, true), 1)
    .option('--patch <file>', 'where the proposed change of the manifest is written', 'upgrade.patch')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse upgrade --component model=gpt-4.1-mini-2025-09-01\n  $ gatehouse upgrade --component system=prompts/system-v2.md --margin 0.01 --json\n  $ gatehouse upgrade --save-baseline baseline.json\n  $ gatehouse upgrade --baseline baseline.json --component main=gpt-4.1-mini-2025-09-01\n\nExits 0 accepted, 1 rejected, 3 inconclusive.\n',
    )
    .action(async (options) => setExitCode(await (await import('./upgrade.ts')).upgradeCommand(terminal, options)))
}
