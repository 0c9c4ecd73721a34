import type { Command } from 'commander'
import type { CommandContext } from './register.ts'

/** `validate`, `lock`, `plan`, `diff`: offline, seconds, no state. */
export function registerProjectCommands(program: Command, context: CommandContext): void {
  program
    .command('validate')
    .description('check the manifest and the files it names; print the tier and the release digest')
    .option('-p, --project <folder>', 'folder of gatehouse.yaml', '.')
    .option('--json', 'print JSON', false)
    .action(async (options: { project: string; json: boolean }) => {
      const { validateCommand } = await import('./validate.ts')
      context.setExitCode(await validateCommand(context.terminal, options))
    })
  program
    .command('lock')
    .description('write gatehouse.lock: the release digest and one digest per component')
    .option('-p, --project <folder>', 'folder of gatehouse.yaml', '.')
    .option('--check', 'write nothing; exit 1 when the lock does not match', false)
    .option('--json', 'print JSON', false)
    .action(async (options: { project: string; check: boolean; json: boolean }) => {
      const { lockCommand } = await import('./lock.ts')
      context.setExitCode(await lockCommand(context.terminal, options))
    })
}
