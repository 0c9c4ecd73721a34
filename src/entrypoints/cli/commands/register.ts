import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { registerProjectCommands } from './project-commands.ts'
import { registerStateCommands } from './state-commands.ts'

/** What a command's action receives besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly setExitCode: (code: number) => void
}

export function registerCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const context: CommandContext = { terminal, setExitCode }
  registerProjectCommands(program, context)
  registerStateCommands(program, context)
}
