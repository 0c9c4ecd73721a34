import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

const load = (): Promise<typeof import('./lineage.ts')> => import('./lineage.ts')

/** `lineage`: what comes of what, from datasets to incidents. */
export function registerLineageCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const lineage = program
    .command('lineage')
    .description('datasets → features → indexes → prompts → models → releases → deployments → traces → incidents')
  lineage
    .command('show')
    .description('everything that the state knows of a system, kind by kind')
    .addOption(projectSystem())
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).lineageShowCommand(terminal, options)))
  lineage
    .command('query')
    .description('what comes of --from, what went into --to, or what lies between; exit 1 when nothing does')
    .addOption(projectSystem())
    .option('--from <selector>', 'KIND or KIND:NAME; a name is an id, a version, a digest or its beginning')
    .option('--to <selector>', 'KIND or KIND:NAME')
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse lineage query -s support-assistant --from dataset:orders --to incident\n  $ gatehouse lineage query -s support-assistant --from prompt:sha256:4f2a91 --to release\n  $ gatehouse lineage query -s support-assistant --to incident:INC-1\n',
    )
    .action(async (options) => setExitCode(await (await load()).lineageQueryCommand(terminal, options)))
  lineage
    .command('export')
    .description('the graph for another program')
    .addOption(projectSystem())
    .addOption(
      new Option('--format <format>', 'how').choices(['openlineage', 'dot', 'json', 'mermaid']).makeOptionMandatory(),
    )
    .option(...STATE)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse lineage export -s support-assistant --format openlineage > events.jsonl\n',
    )
    .action(async (options) => setExitCode(await (await load()).lineageExportCommand(terminal, options)))
}
