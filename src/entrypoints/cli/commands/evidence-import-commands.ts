import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

/** `evidence import`, under the group that the commands on the state have made. */
export function registerEvidenceImport(program: Command, { terminal, setExitCode }: CommandContext): void {
  const evidence = program.commands.find((command) => command.name() === 'evidence') ?? program.command('evidence')
  evidence
    .command('import')
    .description('bring in results of another tool as evidence of a rule with `check: { kind: imported }`')
    .argument(
      '<file>',
      'promptfoo, garak, Inspect (.eval, .json), lm-eval samples, OpenAI evals, DeepEval, Ragas, Fairlearn, Great Expectations, JUnit or SARIF',
    )
    .requiredOption('--check <rule>', 'for example GH-EXT-001')
    .option('-p, --project <folder>', 'folder of the manifest', '.')
    .option('-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml')
    .option('-e, --env <environment>', 'environment to release to', 'local')
    .option('--state <folder>', 'state folder (default: .gatehouse)')
    .option('--as <name>', 'who brings it in')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse evidence import report.jsonl --check GH-EXT-001\n  $ gatehouse evidence import logs/run.eval --check GH-EXT-002 --json\n',
    )
    .action(async (file: string, options) =>
      setExitCode(await (await import('./evidence-import.ts')).evidenceImportCommand(terminal, { file, ...options })),
    )
}
