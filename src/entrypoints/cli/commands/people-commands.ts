import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const

const people = async (): Promise<typeof import('./people.ts')> => import('./people.ts')

/** Waivers, approvals and risks. */
export function registerPeopleCommands(program: Command, context: CommandContext): void {
  registerExceptions(program, context)
  registerApprovals(program, context)
}

function registerExceptions(program: Command, { terminal, setExitCode }: CommandContext): void {
  const exception = program.command('exception').description('executable, expiring waivers')
  exception
    .command('request')
    .description('ask for a waiver of one rule for one release')
    .argument('<rule>', 'for example GH-MOD-001')
    .addOption(projectSystem())
    .requiredOption('--release <digest>', 'the release it is for')
    .requiredOption('--reason <text>', 'why it is acceptable')
    .requiredOption('--accepted-by <name>', 'who accepts the risk')
    .option('--compensating <rule>', 'rule that must hold meanwhile; T1 and T2 need one')
    .option('--owner <name>', 'who sees to it that the waiver ends (default: who asks)')
    .requiredOption('--days <n>', 'how long, 90 at most')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (rule: string, options) =>
      setExitCode(await (await people()).requestExceptionCommand(terminal, { rule, ...options })),
    )
  for (const decision of ['approve', 'deny'] as const)
    exception
      .command(decision)
      .description(`${decision} a waiver; never one's own`)
      .argument('<id>', 'for example EX-1')
      .option('--role <role>', 'the role to speak in, also one that was lent (default: the first that may)')
      .option('--comment <text>', 'why')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await people()).decideExceptionCommand(terminal, { id, decision, ...options })),
      )
  registerExceptionLife(exception, { terminal, setExitCode })
}

function registerExceptionLife(exception: Command, { terminal, setExitCode }: CommandContext): void {
  exception
    .command('accept-risk')
    .description('accept the risk of a waiver, as the person whom it names')
    .argument('<id>', 'for example EX-1')
    .option('--role <role>', 'the role to speak in (default: the first that may)')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await people()).acceptRiskCommand(terminal, { id, ...options })),
    )
  exception
    .command('renew')
    .description('ask for an approved waiver again, from a month before its end to two weeks after it')
    .argument('<id>', 'for example EX-1')
    .requiredOption('--reason <text>', 'why it is still needed')
    .requiredOption('--days <n>', 'how long, 90 at most')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await people()).renewExceptionCommand(terminal, { id, ...options })),
    )
  exception
    .command('end')
    .description('take a request back, or end a waiver before its time')
    .argument('<id>', 'for example EX-1')
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await people()).endExceptionCommand(terminal, { id, ...options })),
    )
  withPages(exception.command('list').description('waivers, newest first'))
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await people()).listCommand(terminal, { operation: 'listExceptions', ...options })),
    )
}

function registerApprovals(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('approve')
    .description("approve (or --reject) a release for an environment; never one's own")
    .addOption(projectSystem())
    .requiredOption('--release <digest>', 'the release')
    .requiredOption('-e, --env <environment>', 'the environment')
    .requiredOption('--role <role>', 'a role that the decision rights name (`gatehouse rights show`)')
    .option('--reject', 'reject instead', false)
    .option('--comment <text>', 'why', '')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await people()).approveCommand(terminal, options)))
}
