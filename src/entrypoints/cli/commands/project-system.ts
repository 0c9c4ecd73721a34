import { CommanderError, Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

/** `--system` of a command that speaks of one system: where it is left out, the project that one stands in says which. */
class ProjectSystemOption extends Option {
  constructor() {
    super('-s, --system <name>', 'the system (default: that of the gatehouse.yaml here or in a folder above)')
  }
}

export function projectSystem(): Option {
  return new ProjectSystemOption()
}

/**
 * Fills `--system` in before the command runs. A command that stops a system or grants access asks for the name itself: it has
 * a required option, and standing in a folder is no order.
 */
export function fillProjectSystem(program: Command, { terminal }: Pick<CommandContext, 'terminal'>): void {
  program.hook('preAction', async (_, command) => {
    const isAsked = command.options.some((option) => option instanceof ProjectSystemOption)
    if (!isAsked || command.getOptionValue('system') !== undefined) return
    const { systemOfProject } = await import('../system-of-project.ts')
    const project: unknown = command.getOptionValue('project')
    const found = await systemOfProject(terminal.workingFolder, typeof project === 'string' ? project : '.')
    if (found.ok) {
      if (!found.value.isHere) terminal.error(`system: ${found.value.system} (${found.value.file})\n`)
      command.setOptionValueWithSource('system', found.value.system, 'config')
      return
    }
    const { reportProblems } = await import('../report-problems.ts')
    reportProblems(terminal, [found.failure])
    throw new CommanderError(2, 'gatehouse.system', found.failure.message)
  })
}
