import { Command, CommanderError } from 'commander'
import { EXIT_CODE } from './exit-code.ts'
import { registerCommands } from './commands/register.ts'
import { reportProblems } from './report-problems.ts'
import { inert } from './style.ts'
import { systemFault } from './system-fault.ts'
import { VERSION } from './version.ts'
import type { Terminal } from './terminal.ts'

/** Parses arguments, runs one command and returns its exit code. Never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT_CODE.pass
  const program = new Command('gatehouse')
    .description(
      'Declare, prove, decide, admit, guard, observe and respond: delivery of responsible AI, with evidence.',
    )
    .version(VERSION)
    // An option behind a subcommand is the subcommand's, also where the command above it has one of that name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.error(inert(text)) })
    .showHelpAfterError('(add --help for usage)')
    .addHelpText('after', EXAMPLES)
  registerCommands(program, terminal, (code) => {
    exitCode = code
  })
  try {
    if (args.length === 0) {
      program.outputHelp()
      return EXIT_CODE.usage
    }
    await program.parseAsync([...args], { from: 'user' })
    return terminal.interrupted.aborted ? EXIT_CODE.interrupted : exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.pass : EXIT_CODE.usage
    if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
    const fault = systemFault(error)
    if (fault !== undefined) {
      reportProblems(terminal, [fault])
      return EXIT_CODE.internal
    }
    terminal.error(
      `internal error: ${inert(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    )
    terminal.error('  next: this is a bug in Gatehouse; please report it with the lines above\n')
    return EXIT_CODE.internal
  }
}

const EXAMPLES = `
Examples:
  $ gatehouse validate                     check gatehouse.yaml and its files
  $ gatehouse plan                         tier, required checks, how many trials
  $ gatehouse gate --env local             prove and decide this release
  $ gatehouse explain GH-INJ-001           why a check is red and how to fix it
  $ gatehouse guard scan < messages.jsonl  scan texts, one JSON object a line
  $ gatehouse evidence verify pack.zip --trust trust.json

Exit codes: 0 pass, 1 blocked, 2 usage or manifest, 3 inconclusive, 4 auth, 5 approval pending,
            6 integrity failure, 70 internal error, 130 interrupted.
`
