import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { fillAgain } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { registerUpgrade } from './eval-change-commands.ts'
import { registerCommitmentCommands } from './commitment-commands.ts'
import { registerDbCommands } from './db-commands.ts'
import { registerEvalCommands } from './eval-commands.ts'
import { registerControlsCommands } from './controls-commands.ts'
import { registerPolicyCommands } from './policy-commands.ts'
import { registerFindingCommands } from './finding-commands.ts'
import { registerGovernanceCommands } from './governance-commands.ts'
import { registerEvidenceImport } from './evidence-import-commands.ts'
import { registerIdentityCommands } from './identity-commands.ts'
import { registerDraftCommands } from './draft-commands.ts'
import { registerLineageCommands } from './lineage-commands.ts'
import { registerPromptCommands } from './prompt-commands.ts'
import { registerJobCommands } from './job-commands.ts'
import { registerApprovalCommands } from './approval-commands.ts'
import { fillProjectSystem } from './project-system.ts'
import { registerMcpCommands } from './mcp-commands.ts'
import { registerProjectCommands } from './project-commands.ts'
import { registerRedteamCommands } from './redteam-commands.ts'
import { registerRiskCommands } from './risk-commands.ts'
import { registerStateCommands } from './state-commands.ts'

export function registerCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const context: CommandContext = { terminal, setExitCode }
  fillProjectSystem(program, context)
  fillAgain(program)
  registerProjectCommands(program, context)
  registerEvalCommands(program, context)
  registerUpgrade(program, context)
  registerPolicyCommands(program, context)
  registerControlsCommands(program, context)
  registerRedteamCommands(program, context)
  registerStateCommands(program, context)
  registerDbCommands(program, context)
  registerEvidenceImport(program, context)
  registerGovernanceCommands(program, context)
  registerIdentityCommands(program, context)
  registerFindingCommands(program, context)
  registerRiskCommands(program, context)
  registerCommitmentCommands(program, context)
  registerPromptCommands(program, context)
  registerLineageCommands(program, context)
  registerDraftCommands(program, context)
  registerJobCommands(program, context)
  registerMcpCommands(program, context)
  registerApprovalCommands(program, context)
}
