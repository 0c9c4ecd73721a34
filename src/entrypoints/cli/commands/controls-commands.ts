import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'
import { registerIntakeCommands } from './intake-commands.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const SYSTEM = ['-s, --system <name>', 'take the evidence from the state of this system'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

const formats = (): Option =>
  new Option('--format <format>', 'how to print').choices(['human', 'markdown', 'csv', 'json']).default('human')

/** `controls`: the catalogue, what is evidenced of it, and what a framework's entries rest on. */
export function registerControlsCommands(program: Command, context: CommandContext): void {
  const controls = program.command('controls').description('the control catalogue and the evidence behind it')
  registerReading(controls, context)
  registerAttesting(controls, context)
  registerTesting(controls, context)
  registerIntakeCommands(program, context)
  registerGaps(program, context)
}

function registerTesting(controls: Command, { terminal, setExitCode }: CommandContext): void {
  controls
    .command('test')
    .description(
      'take each control of a project away (declarations, evidence, rules) and see the gate notice; exit 1 when it does not',
    )
    .option(...PROJECT)
    .option(...MANIFEST)
    .option('-e, --env <environment>', 'environment that rules are told', 'local')
    .option(
      '--run',
      'run the suites and campaigns of the project again without each safeguard that acts on traffic',
      false,
    )
    .option('--record', 'keep what nobody noticed as findings of the system', false)
    .option('-v, --verbose', 'list what was noticed too', false)
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse controls test --run --record\n')
    .action(async (options) =>
      setExitCode(await (await import('./controls-test.ts')).controlsTestCommand(terminal, options)),
    )
}

function registerReading(controls: Command, { terminal, setExitCode }: CommandContext): void {
  controls
    .command('list')
    .description('controls of the catalogue; with --system, how each of them stands')
    .option('--framework <id>', 'only controls that serve this framework')
    .option('--tier <tier>', 'only controls of this tier')
    .option(...SYSTEM)
    .option(...STATE)
    .addOption(formats())
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse controls list --tier T1\n  $ gatehouse controls list --system support-assistant --format csv\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./controls.ts')).controlsListCommand(terminal, options)),
    )
  controls
    .command('show')
    .description('one control: risk, statement, evidence, owner, crosswalks')
    .argument('<id>', 'for example CTL-SEC-002')
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await import('./controls.ts')).controlsShowCommand(terminal, { id, ...options })),
    )
  controls
    .command('coverage')
    .description(
      'entries of a framework with the evidence behind them: of a project (declarations only, offline) or, with --system, of the state',
    )
    .requiredOption('--framework <id>', 'for example iso-42001')
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...SYSTEM)
    .option(...STATE)
    .option('--open', 'only entries that are not covered', false)
    .addOption(formats())
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse controls coverage --framework eu-ai-act\n  $ gatehouse controls coverage --framework soc2-tsc --system support-assistant --format markdown\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./controls-coverage.ts')).controlsCoverageCommand(terminal, options)),
    )
}

function registerAttesting(controls: Command, { terminal, setExitCode }: CommandContext): void {
  controls
    .command('attest')
    .description(
      'vouch for a document that a control asks for; its digest goes into the ledger, the document stays yours',
    )
    .argument('<id>', 'for example CTL-GOV-002')
    .argument('<requirement>', 'for example policy')
    .addOption(projectSystem())
    .requiredOption('--document <file>', 'the document')
    .option('--days <n>', 'how long your word holds; the control sets the most')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse controls attest CTL-GOV-002 policy --system support-assistant --document ai-policy.pdf --as mara:policy\n',
    )
    .action(async (id: string, requirement: string, options) =>
      setExitCode(
        await (await import('./controls.ts')).controlsAttestCommand(terminal, { id, requirement, ...options }),
      ),
    )
}

function registerGaps(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('dpia')
    .description(
      'data protection impact assessment (GDPR Art. 35) of the newest release: what the state knows, what is missing, and what only people can fill in',
    )
    .addOption(projectSystem())
    .addOption(new Option('--format <format>', 'how to print').choices(['markdown', 'json']).default('markdown'))
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse dpia -s support-assistant > dpia.md\n')
    .action(async (options) => setExitCode(await (await import('./dpia.ts')).dpiaCommand(terminal, options)))
  program
    .command('gaps')
    .description(
      'controls that are missing or unproven over the portfolio, ranked by tier and risk, as a dated roadmap',
    )
    .option('-s, --system <name>', 'only this system')
    .option(...STATE)
    .addOption(formats())
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse gaps --format markdown > roadmap.md\n')
    .action(async (options) => setExitCode(await (await import('./gaps.ts')).gapsCommand(terminal, options)))
}
