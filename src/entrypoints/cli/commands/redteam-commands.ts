import { InvalidArgumentError, Option, type Command } from 'commander'
import { CAMPAIGN_GOALS } from '../../../domain/redteam/campaign-goals.ts'
import { CAMPAIGN_TECHNIQUES } from '../../../domain/redteam/campaign-techniques.ts'
import { wholeNumber } from '../whole-number.ts'
import type { CommandContext } from './command-context.ts'

const TRIES_MAX = 100_000_000
const BUDGET_MAX = 100_000

const share = (value: string): number => {
  const number = Number(value)
  if (!/^\d?\.?\d{1,6}$/.test(value) || number > 1) throw new InvalidArgumentError('must be a share from 0 to 1.')
  return number
}

const oneOrMore =
  (known: readonly string[]) =>
  (value: string): readonly string[] => {
    const names = value.split(',').map((name) => name.trim())
    const unknown = names.find((name) => !known.includes(name))
    if (unknown !== undefined) throw new InvalidArgumentError(`\`${unknown}\` is none of: ${known.join(', ')}.`)
    return names
  }

const languages = (value: string): readonly string[] => {
  const codes = value.split(',').map((code) => code.trim())
  if (codes.some((code) => !/^[a-z]{2}$/.test(code))) throw new InvalidArgumentError('must be codes such as `en,de`.')
  return codes
}

const GOALS = [
  '--goals <list>',
  'only these goals, separated by commas',
  oneOrMore(CAMPAIGN_GOALS.map(({ id }) => id)),
] as const
const TECHNIQUES = [
  '--techniques <list>',
  'only these techniques, separated by commas',
  oneOrMore(CAMPAIGN_TECHNIQUES.map(({ id }) => id)),
] as const
const LANGUAGES = ['--languages <list>', 'only these languages (two letters), separated by commas', languages] as const
const CAMPAIGN = '.gatehouse/redteam.json'

/** `redteam`: what an attacker would try, tried first. */
export function registerRedteamCommands(program: Command, context: CommandContext): void {
  const redteam = program.command('redteam').description('look for ways past the controls')
  registerGuard(redteam, context)
  registerRun(redteam, context)
  registerReading(redteam, context)
}

function registerGuard(redteam: Command, { terminal, setExitCode }: CommandContext): void {
  redteam
    .command('guard')
    .description('fuzz one side of the guard: attacks and values, hidden in known ways; what gets past becomes a case')
    .addOption(new Option('--preset <tier>', 'T1, T2 or T3').default('T1'))
    .option('-m, --manifest <file>', 'take the guard configuration of this manifest instead')
    .addOption(
      new Option('--side <side>', 'which side of the guard').choices(['input', 'document', 'output']).default('input'),
    )
    .option('--tries <n>', 'texts to judge', wholeNumber(1, TRIES_MAX), 10_000)
    .option('--seed <n>', 'the same seed gives the same result', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--out <file>', 'write one regression case for each way past (JSON lines of a suite)')
    .option('--fail-above <n>', 'exit 3 above this many bypasses per 10,000 tries', wholeNumber(0, 10_000))
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse redteam guard\n  $ gatehouse redteam guard -m gatehouse.yaml --side document --tries 50000 --out suites/guard.jsonl\n  $ gatehouse redteam guard --side output --seed 7 --fail-above 50\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./redteam-guard.ts')).redteamGuardCommand(terminal, options)),
    )
}

function registerRun(redteam: Command, { terminal, setExitCode }: CommandContext): void {
  redteam
    .command('run')
    .description('attack the application through the gateway of this release; nothing is sent but to the target')
    .option('-p, --project <folder>', 'folder of the manifest', '.')
    .option('-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml')
    .option(...GOALS)
    .option(...TECHNIQUES)
    .option(...LANGUAGES)
    .addOption(
      new Option('--strategy <name>', 'how each attack is carried out')
        .choices(['single', 'crescendo', 'tree', 'fuzz'])
        .default('single'),
    )
    .option('--budget <n>', 'attacks to run, at most', wholeNumber(1, BUDGET_MAX), 250)
    .option('--twins <n>', 'benign twins to ask as well, for the over-block rate', wholeNumber(0, BUDGET_MAX), 60)
    .option('--seed <n>', 'which cases a budget takes; the same seed takes the same', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--target <module>', 'target inside the project (default: that of the first suite)')
    .option('--profile <file>', 'who attacks (default: redteam.yaml, else the subject of the first red-team case)')
    .option('--attacker-url <url>', 'OpenAI-compatible endpoint of a model that thinks up messages')
    .option('--attacker-model <name>', 'its model; its key is read from GATEHOUSE_ATTACKER_KEY')
    .option('-o, --out <file>', 'where everything that was run is written', CAMPAIGN)
    .option('--fail-above <share>', 'exit 1 when the rate of a goal is above, 3 when that is open', share)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse redteam run\n  $ gatehouse redteam run --goals prompt-leak,tool-abuse --budget 500 --fail-above 0.05\n  $ gatehouse redteam run --strategy crescendo --languages en,de\n  $ gatehouse redteam run --strategy tree --attacker-url http://127.0.0.1:11434/v1 --attacker-model qwen3\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./redteam-run.ts')).redteamRunCommand(terminal, options)),
    )
}

function registerReading(redteam: Command, { terminal, setExitCode }: CommandContext): void {
  redteam
    .command('list')
    .description('goals, techniques and cases of the catalogue')
    .option(...GOALS)
    .option(...TECHNIQUES)
    .option(...LANGUAGES)
    .option('--cases', 'list every case too', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse redteam list\n  $ gatehouse redteam list --goals tool-abuse --languages de --cases\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./redteam-list.ts')).redteamListCommand(terminal, options)),
    )
  redteam
    .command('report')
    .description('findings of a campaign: severity × success with intervals, transcripts, advice, cases to add')
    .argument('[file]', 'what `redteam run` wrote', CAMPAIGN)
    .option('--format <format>', 'human, json, jsonl, csv, junit, sarif, markdown, github, gitlab or html', 'human')
    .option('-o, --output <file>', 'write there instead of to standard output')
    .option('--regressions <file>', 'write one suite case for each attack that succeeded (JSON lines)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse redteam report\n  $ gatehouse redteam report campaign.json --format sarif -o redteam.sarif\n  $ gatehouse redteam report --format html -o redteam.html\n  $ gatehouse redteam report --regressions suites/redteam-regressions.jsonl\n',
    )
    .action(async (file: string, options) =>
      setExitCode(await (await import('./redteam-report.ts')).redteamReportCommand(terminal, { file, ...options })),
    )
}
