import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const

/** Who decides what: rights, lent roles, and questions that people answer. */
export function registerGovernanceCommands(program: Command, context: CommandContext): void {
  registerRights(program, context)
  registerDelegations(program, context)
  registerDecisions(program, context)
}

const load = (): Promise<typeof import('./governance.ts')> => import('./governance.ts')

function registerRights(program: Command, { terminal, setExitCode }: CommandContext): void {
  const rights = program.command('rights').description('decision rights: who decides what, by tier')
  rights
    .command('show')
    .description('the rights that hold now')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).showRightsCommand(terminal, options)))
  rights
    .command('adopt')
    .description('adopt a file of rights for everything that is decided from now on')
    .argument('<file>', 'copy catalog/decision-rights.yaml and change it')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (file: string, options) =>
      setExitCode(await (await load()).adoptRightsCommand(terminal, { file, ...options })),
    )
}

function registerDelegations(program: Command, { terminal, setExitCode }: CommandContext): void {
  const delegation = program.command('delegation').description('roles that people lend to others for a bounded time')
  delegation
    .command('give')
    .description("lend one of one's own roles")
    .requiredOption('--to <name>', 'to whom')
    .requiredOption('--role <role>', 'which role')
    .requiredOption('--for <decisions>', 'what may be decided in it: release,exception,…')
    .requiredOption('--days <n>', 'how long, 30 at most')
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse delegation give --to lea --role security --for release,exception --days 7 --reason "on leave" --as ben:security\n',
    )
    .action(async (options) => setExitCode(await (await load()).delegateCommand(terminal, options)))
  delegation
    .command('end')
    .description('end a delegation before its time')
    .argument('<id>', 'id of the delegation')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).endDelegationCommand(terminal, { id, ...options })),
    )
  withPages(delegation.command('list').description('lent roles, newest first'))
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listDelegationsCommand(terminal, options)))
}

function registerDecisions(program: Command, { terminal, setExitCode }: CommandContext): void {
  const decision = program
    .command('decision')
    .description('questions that people decide: changes of thresholds, commitments to customers')
  decision
    .command('ask')
    .description('ask those who may decide')
    .argument('<decision>', 'threshold-change or customer-commitment')
    .addOption(projectSystem())
    .requiredOption('--subject <text>', 'what exactly: the digest that the gate printed, the number of a contract, …')
    .requiredOption('--text <text>', 'what is asked, and why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (kind: string, options) =>
      setExitCode(await (await load()).askDecisionCommand(terminal, { kind, ...options })),
    )
  for (const word of ['approve', 'reject'] as const)
    decision
      .command(word)
      .description(`${word} what was asked; never one's own question`)
      .argument('<id>', 'id of the question')
      .requiredOption('--role <role>', 'the role to speak in')
      .option('--comment <text>', 'why', '')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).speakCommand(terminal, { id, word, ...options })),
      )
  decision
    .command('withdraw')
    .description('take a question back')
    .argument('<id>', 'id of the question')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).withdrawCommand(terminal, { id, ...options })),
    )
  withPages(decision.command('list').description('questions, newest first'))
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listDecisionsCommand(terminal, options)))
}
