import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const ID = ['<id>', 'for example INT-1'] as const
const ANSWERS = ['--answers <file>', 'answers as YAML (default: the intake of the manifest)'] as const
const AS_OF = ['--as-of <day>', 'the day to judge by: YYYY-MM-DD (default: today)'] as const

const load = (): Promise<typeof import('./intake-requests.ts')> => import('./intake-requests.ts')

/** `intake`: what a system would be asked for, and the request to build it. */
export function registerIntakeCommands(program: Command, context: CommandContext): void {
  const { terminal, setExitCode } = context
  const intake = program
    .command('intake')
    // Options behind a subcommand are the subcommand's.
    .enablePositionalOptions()
    .description(
      'tier with its reasons, role and class under the EU AI Act with the dates that apply, packs, controls, reviews, approvals; from answers or from the manifest',
    )
    .option(...ANSWERS)
    .option('--template', 'print the questionnaire to fill in', false)
    .option(...AS_OF)
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse intake --template > answers.yaml\n  $ gatehouse intake --answers answers.yaml --as-of 2027-12-02\n  $ gatehouse intake request --answers answers.yaml -s support-assistant --title "answers about orders"\n  $ gatehouse intake request        # in a project: what its manifest says\n  $ gatehouse intake status\n',
    )
    .action(async (options) => setExitCode(await (await import('./intake.ts')).intakeCommand(terminal, options)))
  registerRequesting(intake, context)
  registerReviewing(intake, context)
}

function registerRequesting(intake: Command, { terminal, setExitCode }: CommandContext): void {
  intake
    .command('request')
    .description('hand the answers in: the roles that they ask for are asked')
    .option(...ANSWERS)
    .option(...PROJECT)
    .option(...MANIFEST)
    .addOption(projectSystem())
    .option('--title <text>', 'what is to be built (default: the purpose that the answers name)')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).requestIntakeCommand(terminal, options)))
  intake
    .command('resubmit')
    .description('hand other answers in; every review begins anew')
    .argument(...ID)
    .option(...ANSWERS)
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).resubmitIntakeCommand(terminal, { id, ...options })),
    )
  intake
    .command('withdraw')
    .description('take a request back')
    .argument(...ID)
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).withdrawIntakeCommand(terminal, { id, ...options })),
    )
  intake
    .command('status')
    .description(
      'what the gate makes of the newest request: whether it covers the manifest as it is now; exit 1 if not',
    )
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await import('./intake-status.ts')).intakeStatusCommand(terminal, options)),
    )
  withPages(intake.command('list').description('requests, newest first'))
    .option('-s, --system <name>', 'only this system')
    .option('--status <state>', 'in-review, changes-asked, approved, rejected or withdrawn')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listIntakesCommand(terminal, options)))
  intake
    .command('show')
    .description('one request with its reviews, comments and history')
    .argument(...ID)
    .option(...AS_OF)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).showIntakeCommand(terminal, { id, ...options })),
    )
}

function registerReviewing(intake: Command, { terminal, setExitCode }: CommandContext): void {
  intake
    .command('review')
    .description("give one role's word; never on one's own request, and each person in one role")
    .argument(...ID)
    .requiredOption('--role <role>', 'the role to speak in')
    .requiredOption('--decision <decision>', 'approve, ask-changes or reject')
    .option('--comment <text>', 'why', '')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse intake review INT-1 --role privacy --decision approve --as pia:privacy\n',
    )
    .action(async (id: string, options) =>
      setExitCode(await (await load()).reviewIntakeCommand(terminal, { id, ...options })),
    )
  intake
    .command('assign')
    .description('ask one person of a role by name')
    .argument(...ID)
    .requiredOption('--role <role>', 'the role that has to look at it')
    .requiredOption('--to <name>', 'whom')
    .option('--days <n>', 'until when (default: when the request is due)')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).assignIntakeCommand(terminal, { id, ...options })),
    )
  intake
    .command('comment')
    .description('write a comment')
    .argument(...ID)
    .requiredOption('--text <text>', 'the comment')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).commentIntakeCommand(terminal, { id, ...options })),
    )
}
