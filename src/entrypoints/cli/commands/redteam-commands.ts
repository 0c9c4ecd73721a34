import { InvalidArgumentError, Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const TRIES_MAX = 100_000_000

const whole =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d{1,12}$/.test(value) || number < least || number > most)
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`)
    return number
  }

/** `redteam`: what an attacker would try, tried first. */
export function registerRedteamCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const redteam = program.command('redteam').description('look for ways past the controls')
  redteam
    .command('guard')
    .description('fuzz one side of the guard: attacks and values, hidden in known ways; what gets past becomes a case')
    .addOption(new Option('--preset <tier>', 'T1, T2 or T3').default('T1'))
    .option('-m, --manifest <file>', 'take the guard configuration of this manifest instead')
    .addOption(
      new Option('--side <side>', 'which side of the guard').choices(['input', 'document', 'output']).default('input'),
    )
    .option('--tries <n>', 'texts to judge', whole(1, TRIES_MAX), 10_000)
    .option('--seed <n>', 'the same seed gives the same result', whole(0, 2 ** 32 - 1), 1)
    .option('--out <file>', 'write one regression case for each way past (JSON lines of a suite)')
    .option('--fail-above <n>', 'exit 3 above this many bypasses per 10,000 tries', whole(0, 10_000))
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse redteam guard\n  $ gatehouse redteam guard -m gatehouse.yaml --side document --tries 50000 --out suites/guard.jsonl\n  $ gatehouse redteam guard --side output --seed 7 --fail-above 50\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./redteam-guard.ts')).redteamGuardCommand(terminal, options)),
    )
}
