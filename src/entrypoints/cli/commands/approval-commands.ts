import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

/** `gateway`, and `approval`: calls of tools that wait for a person. */
export function registerApprovalCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('gateway')
    .description('gateways of this installation')
    .command('list')
    .description('gateways heard within a minute: what each serves by, and why it does not take the newest bundle')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse gateway list\n')
    .action(async (options) =>
      setExitCode(await (await import('./gateways.ts')).listGatewaysCommand(terminal, options)),
    )
  const approval = program.command('approval').description('tool calls that wait for a person')
  withPages(approval.command('list').description('what waits, and what was decided of late'))
    .option('-s, --system <name>', 'only of this system')
    .option('--status <status>', 'pending, approved or refused')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse approval list --status pending\n')
    .action(async (options) =>
      setExitCode(await (await import('./approvals.ts')).listApprovalsCommand(terminal, options)),
    )
  for (const [word, decision] of [
    ['approve', 'approved'],
    ['refuse', 'refused'],
  ] as const)
    approval
      .command(word)
      .description(`${word} one call; it may then ${decision === 'approved' ? 'be made once' : 'not be made'}`)
      .argument('<id>', 'the first part of the ticket, as `approval list` shows it')
      .requiredOption('--comment <text>', 'why')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .addHelpText(
        'after',
        `\nExample:\n  $ gatehouse approval ${word} 01K… --as lena:approver --comment "checked by phone"\n`,
      )
      .action(async (id: string, options) =>
        setExitCode(
          await (await import('./approvals.ts')).decideApprovalCommand(terminal, { id, decision, ...options }),
        ),
      )
}
