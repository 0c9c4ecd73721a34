import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const ID = ['<id>', 'for example CMT-1'] as const

const load = (): Promise<typeof import('./commitments.ts')> => import('./commitments.ts')

/** `commitment`: promises to customers, active only by the people whom the decision rights name. */
export function registerCommitmentCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const commitment = program
    .command('commitment')
    .description('promises to customers: proposed → agreed to → held by rules')
  commitment
    .command('propose')
    .description('propose a promise; it is none before those who may decide have agreed')
    .addOption(projectSystem())
    .requiredOption('--customer <name>', 'to whom')
    .requiredOption('--text <text>', 'what is promised')
    .requiredOption('--rule <id...>', 'rules that hold it')
    .requiredOption('--days <n>', 'how long')
    .option('--contract <text>', 'where it stands', '')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse commitment propose -s support-assistant --customer acme --text "no training on their data" --rule GH-VEN-002 --days 365\n',
    )
    .action(async (options) => setExitCode(await (await load()).proposeCommitmentCommand(terminal, options)))
  for (const decision of ['approve', 'reject'] as const)
    commitment
      .command(decision)
      .description(`${decision} what was proposed; never one's own`)
      .argument(...ID)
      .requiredOption('--role <role>', 'the role to speak in')
      .option('--comment <text>', 'why', '')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).speakOnCommitmentCommand(terminal, { id, decision, ...options })),
      )
  for (const event of ['withdraw', 'end'] as const)
    commitment
      .command(event)
      .description(event === 'end' ? 'end a promise before its time' : 'take a proposal back')
      .argument(...ID)
      .requiredOption('--note <text>', 'why')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).endCommitmentCommand(terminal, { id, event, ...options })),
      )
  commitment
    .command('show')
    .description('one promise with its history')
    .argument(...ID)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).showCommitmentCommand(terminal, { id, ...options })),
    )
  withPages(commitment.command('list').description('promises, newest first; what nothing shows: gatehouse gaps'))
    .option('-s, --system <name>', 'only this system')
    .option('--status <state>', 'proposed, active, rejected, withdrawn or ended')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listCommitmentsCommand(terminal, options)))
}
