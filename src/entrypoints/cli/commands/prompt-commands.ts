import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const MANIFEST = ['-m, --manifest <file>', 'manifest inside the folder', 'gatehouse.yaml'] as const
const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

const load = (): Promise<typeof import('./prompts.ts')> => import('./prompts.ts')

/** `prompt`: the registry of typed templates. */
export function registerPromptCommands(program: Command, context: CommandContext): void {
  const prompt = program
    .command('prompt')
    .description('prompts: lint, versions by digest, labels that only a gate moves')
  registerReading(prompt, context)
  registerComparing(prompt, context)
  registerMoving(prompt, context)
}

function registerReading(prompt: Command, { terminal, setExitCode }: CommandContext): void {
  withPages(prompt.command('list').description('versions that the state knows, newest first, with labels'))
    .addOption(projectSystem())
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).promptListCommand(terminal, options)))
  prompt
    .command('show')
    .description('one version: text, slots, releases, labels')
    .argument('<prompt>', 'id in the manifest, for example system')
    .argument('<version>', 'digest, its beginning, or a label')
    .addOption(projectSystem())
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse prompt show system production -s support-assistant\n')
    .action(async (id: string, reference: string, options) =>
      setExitCode(await (await load()).promptShowCommand(terminal, { prompt: id, reference, ...options })),
    )
  prompt
    .command('lint')
    .description(
      'what makes a prompt easy to attack or arbitrary: secrets, open variables, contradictions, no rule on refusing, too long; exit 1 on an error',
    )
    .option(...PROJECT)
    .option(...MANIFEST)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await import('./prompt-lint.ts')).promptLintCommand(terminal, options)),
    )
}

function registerComparing(prompt: Command, { terminal, setExitCode }: CommandContext): void {
  prompt
    .command('diff')
    .description(
      'what differs between two versions in text and slots; with --suite or --runs, in behaviour, case by case',
    )
    .argument('<prompt>', 'id in the manifest')
    .argument('<from>', 'manifest (.yaml), or a version that the state knows')
    .argument('<to>', 'manifest (.yaml), or a version that the state knows')
    .option('-s, --system <name>', 'the system, for versions of the state (default: that of the project)')
    .option('--suite <file>', 'run this suite now against both manifests')
    .option('--runs <ids>', 'two recorded runs of one suite: BASELINE,CANDIDATE (see `gatehouse eval list`)')
    .option('--margin <share>', 'by how much misses may rise', Number, 0.02)
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse prompt diff system gatehouse-1.0.yaml gatehouse.yaml\n  $ gatehouse prompt diff system gatehouse-1.0.yaml gatehouse.yaml --suite suites/redteam.yaml\n  $ gatehouse prompt diff system 4f2a91 production -s support-assistant\n',
    )
    .action(async (id: string, from: string, to: string, options) =>
      setExitCode(
        await (await import('./prompt-diff.ts')).promptDiffCommand(terminal, { prompt: id, from, to, ...options }),
      ),
    )
}

function registerMoving(prompt: Command, { terminal, setExitCode }: CommandContext): void {
  prompt
    .command('promote')
    .description('point a label at a version; refused unless a release that holds it has passed its gate')
    .argument('<prompt>', 'id in the manifest')
    .argument('<version>', 'digest, its beginning, or another label')
    .argument('<label>', 'for example production')
    .addOption(projectSystem())
    .option('-e, --env <environment>', 'environment whose verdict counts', 'local')
    .option('--note <text>', 'why', '')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse prompt promote system 4f2a91 production -s support-assistant --env production --as ana:engineer\n',
    )
    .action(async (id: string, reference: string, label: string, options) =>
      setExitCode(await (await load()).promptPromoteCommand(terminal, { prompt: id, reference, label, ...options })),
    )
  prompt
    .command('rollback')
    .description('take a label back to what it pointed at before')
    .argument('<prompt>', 'id in the manifest')
    .argument('<label>', 'for example production')
    .addOption(projectSystem())
    .option('--note <text>', 'why', '')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse prompt rollback system production -s support-assistant --as rob:responder\n',
    )
    .action(async (id: string, label: string, options) =>
      setExitCode(await (await load()).promptRollbackCommand(terminal, { prompt: id, label, ...options })),
    )
}
