import { InvalidArgumentError, Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const

const days = (value: string): number => {
  const parsed = Number(value)
  if (!Number.isInteger(parsed) || parsed < 1 || parsed > 366)
    throw new InvalidArgumentError('must be a whole number from 1 to 366.')
  return parsed
}

/** What changes between two states of a system: coverage, comparison, upgrade, suites from elsewhere. */
export function registerEvalChangeCommands(group: Command, context: CommandContext): void {
  registerCoverage(group, context)
}

function registerCoverage(group: Command, { terminal, setExitCode }: CommandContext): void {
  group
    .command('coverage')
    .description('critical journeys by risk and language: cases, age of evidence, gaps')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option('--max-age-days <n>', 'age up to which evidence counts', days, 30)
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
