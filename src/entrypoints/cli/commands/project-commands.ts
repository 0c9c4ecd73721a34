import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]

/** What an engineer does with a project. */
export function registerProjectCommands(program: Command, context: CommandContext): void {
  registerStarting(program, context)
  registerReading(program, context)
  registerDeciding(program, context)
}

/** `init`: a project to begin with. */
function registerStarting(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('init')
    .description('begin a project from a template that passes its own gate; without --template, list the templates')
    .argument('[folder]', 'new or empty folder (default: the name of the template)')
    .option('-t, --template <id>', 'rag-assistant, tool-agent, fine-tuned-model or vendor-model')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExamples:\n  $ gatehouse init\n  $ gatehouse init --template rag-assistant handbook\n')
    .action(async (folder: string | undefined, options) =>
      setExitCode(await (await import('./init.ts')).initCommand(terminal, { folder, ...options })),
    )
}

/** `validate`, `lock`, `plan`, `diff`: offline, seconds, no state. */
function registerReading(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('validate')
    .description('check the manifest and the files it names; print the tier and the release digest')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('--json', 'print JSON', false)
    .action(async (options) => setExitCode(await (await import('./validate.ts')).validateCommand(terminal, options)))
  program
    .command('lock')
    .description('write the lock file: the release digest and one digest per component')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('--check', 'write nothing; exit 1 when the lock does not match', false)
    .option('--json', 'print JSON', false)
    .action(async (options) => setExitCode(await (await import('./lock.ts')).lockCommand(terminal, options)))
  program
    .command('plan')
    .description(
      'tier with its reasons, required controls and checks, how many cases each criterion needs, what is missing',
    )
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('-e, --env <environment>', 'environment to plan for', 'local')
    .addOption(
      new Option('--format <format>', 'human, or markdown: the one-page gate spec')
        .choices(['human', 'markdown'])
        .default('human'),
    )
    .option('--json', 'print JSON', false)
    .action(async (options) => setExitCode(await (await import('./plan.ts')).planCommand(terminal, options)))
  program
    .command('diff')
    .description('what changed between two releases, per component; each side is a manifest or a lock file')
    .argument('<from>', 'manifest (.yaml) or lock file (.lock)')
    .argument('<to>', 'manifest (.yaml) or lock file (.lock)')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  $ gatehouse diff gatehouse-1.0.yaml gatehouse.yaml\n')
    .action(async (from: string, to: string, options) =>
      setExitCode(await (await import('./diff.ts')).diffCommand(terminal, { from, to, ...options })),
    )
}

/** `gate`, `explain`, `guard`: the commands that decide, and those that say why. */
function registerDeciding(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('gate')
    .description('run what is missing or stale, apply the policy packs, sign the verdict')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('-e, --env <environment>', 'environment to release to', 'local')
    .option('--no-run', 'decide on the evidence there is')
    .option('--rerun [rules...]', 'run checks again that passed and still count: of these rules, or all')
    .option('--advisory', 'exit 0 on blocked, inconclusive and pending', false)
    .option('-v, --verbose', 'list passed rules too', false)
    .option('--format <format>', 'human, json, sarif, junit or markdown; repeatable', collect, [])
    .option('-o, --output <file>', 'file for the format named before it; repeatable', collect, [])
    .option('--state <folder>', 'state folder (default: .gatehouse)')
    .option('--as <name>', 'who gates: the author of a new release')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse gate\n  $ gatehouse gate --env production --format sarif -o gate.sarif --format junit -o gate.xml\n',
    )
    .action(async (options) => setExitCode(await (await import('./gate.ts')).gateCommand(terminal, options)))
  program
    .command('explain')
    .description('what a rule asks, why it is red on the newest verdict, and how to fix it')
    .argument('<rule>', 'for example GH-INJ-001')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('--state <folder>', 'state folder (default: .gatehouse)')
    .option('--json', 'print JSON', false)
    .action(async (rule: string, options) =>
      setExitCode(await (await import('./explain.ts')).explainCommand(terminal, { rule, ...options })),
    )
  const guard = program.command('guard').description('the guard on texts and on recorded runs')
  guard
    .command('scan')
    .description(
      'JSON lines in ({"id","text","direction"}), JSON lines out, in order; a bad line gives an error record',
    )
    .option('--preset <tier>', 'T1, T2 or T3', 'T1')
    .option('-m, --manifest <file>', 'take the guard configuration of this manifest instead')
    .option('--explain', 'say for each finding which rule, where and why', false)
    .addHelpText(
      'after',
      `\nExample:\n  $ echo '{"id":"1","text":"write to bob@example.com"}' | gatehouse guard scan\n`,
    )
    .action(async (options) => setExitCode(await (await import('./guard-scan.ts')).guardScanCommand(terminal, options)))
  guard
    .command('replay')
    .description('what the tool policy of a manifest would have said to recorded agent runs; no model runs')
    .requiredOption('-m, --manifest <file>', 'manifest with the tools')
    .option('--traces <file>', 'JSON lines, one run each (default: standard input)')
    .addHelpText('after', '\nExample:\n  $ gatehouse guard replay --manifest gatehouse.yaml --traces runs.jsonl\n')
    .action(async (options) =>
      setExitCode(await (await import('./guard-replay.ts')).guardReplayCommand(terminal, options)),
    )
}
