import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import type { CommandContext } from './command-context.ts'
import { registerEvalCommands } from './eval-commands.ts'
import { registerControlsCommands } from './controls-commands.ts'
import { registerPolicyCommands } from './policy-commands.ts'
import { registerFindingCommands } from './finding-commands.ts'
import { registerGovernanceCommands } from './governance-commands.ts'
import { registerEvidenceImport } from './evidence-import-commands.ts'
import { registerIdentityCommands } from './identity-commands.ts'
import { registerApprovalCommands } from './approval-commands.ts'
import { registerMcpCommands } from './mcp-commands.ts'
import { registerProjectCommands } from './project-commands.ts'
import { registerRedteamCommands } from './redteam-commands.ts'
import { registerStateCommands } from './state-commands.ts'

export function registerCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const context: CommandContext = { terminal, setExitCode }
  registerProjectCommands(program, context)
  registerEvalCommands(program, context)
  registerPolicyCommands(program, context)
  registerControlsCommands(program, context)
  registerRedteamCommands(program, context)
  registerStateCommands(program, context)
  registerEvidenceImport(program, context)
  registerGovernanceCommands(program, context)
  registerIdentityCommands(program, context)
  registerFindingCommands(program, context)
  registerMcpCommands(program, context)
  registerApprovalCommands(program, context)
}
