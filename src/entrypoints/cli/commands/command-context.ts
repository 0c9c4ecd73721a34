import type { Terminal } from '../terminal.ts'

/** What a command's action receives besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly setExitCode: (code: number) => void
}
