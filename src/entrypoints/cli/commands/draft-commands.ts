import type { Command } from 'commander'
import { DRAFT_KINDS, type DraftKind } from '../../../domain/draft/draft.ts'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

const SOURCES: Readonly<Record<DraftKind, string>> = {
  control: 'policy text as a file',
  threats: 'description of the system as a file (default: its manifest)',
  attacks: 'description of the system as a file (default: its manifest)',
  narrative: 'what is known, as a file (default: the incident of --incident)',
  alerts: 'alerts as a file (default: the open alerts of the system)',
}
const WHAT: Readonly<Record<DraftKind, string>> = {
  control: 'draft controls from policy text',
  threats: 'draft threats to a system',
  attacks: 'draft attack cases for a suite',
  narrative: 'draft what happened in an incident',
  alerts: 'draft groups of alerts that have one cause',
}

const load = (): Promise<typeof import('./drafts.ts')> => import('./drafts.ts')

/** `draft`: help by a model that is configured, and decided on by a person. */
export function registerDraftCommands(program: Command, context: CommandContext): void {
  const draft = program
    .command('draft')
    .description('drafts by a configured model: kept apart, read by no gate, until a person accepts them')
  for (const kind of DRAFT_KINDS) registerAsking(draft, context, kind)
  registerDeciding(draft, context)
}

function registerAsking(draft: Command, { terminal, setExitCode }: CommandContext, kind: DraftKind): void {
  const command = draft
    .command(kind)
    .description(`${WHAT[kind]}; asks the model of GATEHOUSE_DRAFT_URL, and nobody where that is not set`)
    .addOption(projectSystem())
    .option('--from <file>', SOURCES[kind])
    .option('-p, --project <folder>', 'folder of the manifest', '.')
    .option('--url <url>', 'OpenAI-compatible endpoint (default: GATEHOUSE_DRAFT_URL)')
    .option('--model <name>', 'model to ask (default: GATEHOUSE_DRAFT_MODEL)')
    .option('--key-from <variable>', 'environment variable with the key', 'GATEHOUSE_DRAFT_KEY')
    .option('--dry-run', 'print what would be sent, send nothing', false)
  if (kind === 'narrative') command.option('--incident <id>', 'for example INC-1')
  command
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      `\nExample:\n  $ gatehouse draft ${kind} -s support-assistant ${kind === 'control' ? '--from policy.txt ' : ''}--dry-run\n`,
    )
    .action(async (options) => setExitCode(await (await load()).draftCommand(terminal, { kind, ...options })))
}

function registerDeciding(draft: Command, { terminal, setExitCode }: CommandContext): void {
  withPages(draft.command('list').description('drafts, newest first'))
    .option(...SYSTEM)
    .option('--status <status>', 'draft, accepted or rejected')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).draftListCommand(terminal, options)))
  draft
    .command('show')
    .description('one draft as the file that it would be, marked as a draft until it is accepted')
    .argument('<id>', 'id of the draft')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).draftShowCommand(terminal, { id, ...options })),
    )
  for (const [name, decision, what] of [
    ['accept', 'accept', 'take a draft over by name, and print it as a file that is read'],
    ['reject', 'reject', 'turn a draft down'],
  ] as const)
    draft
      .command(name)
      .description(what)
      .argument('<id>', 'id of the draft')
      .option('--note <text>', 'why', '')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .addHelpText('after', `\nExample:\n  $ gatehouse draft ${name} 01J8Z… --as mara:policy\n`)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).draftDecideCommand(terminal, { id, decision, ...options })),
      )
}
