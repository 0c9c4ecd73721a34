import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

/** `policy`: packs tested, broken on purpose, compared and explained. */
export function registerPolicyCommands(program: Command, context: CommandContext): void {
  const policy = program.command('policy').description('policy packs')
  registerTesting(policy, context)
  registerChanging(policy, context)
}

function registerTesting(policy: Command, { terminal, setExitCode }: CommandContext): void {
  policy
    .command('test')
    .description("load packs, compile every expression and run the packs' own tests")
    .argument('[packs...]', 'names (default: all that the manifest lists, or all shipped)')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .action(async (packs: string[], options) =>
      setExitCode(await (await import('./policy-test.ts')).policyTestCommand(terminal, { packs, ...options })),
    )
  policy
    .command('mutate')
    .description("break each rule in every documented way; exit 1 when the pack's own tests do not notice")
    .argument('[packs...]', 'names (default: all that the manifest lists, or all shipped)')
    .option(...PROJECT)
    .option('-v, --verbose', 'list killed mutants too', false)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse policy mutate baseline house\n')
    .action(async (packs: string[], options) =>
      setExitCode(await (await import('./policy-mutate.ts')).policyMutateCommand(terminal, { packs, ...options })),
    )
  policy
    .command('explain')
    .description('what a rule reads, when it applies, what it asks, its controls and its tests')
    .argument('<rule>', 'for example GH-TOL-001')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .action(async (rule: string, options) =>
      setExitCode(await (await import('./policy-explain.ts')).policyExplainCommand(terminal, { rule, ...options })),
    )
}

/** A pack that changes: what differs, and what it would have decided. */
function registerChanging(policy: Command, { terminal, setExitCode }: CommandContext): void {
  policy
    .command('diff')
    .description('rules that were added, removed or changed between two packs, and what each change does')
    .argument('<from>', 'a pack file, or the name of a pack')
    .argument('<to>', 'a pack file, or the name of a pack')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse policy diff baseline policies/baseline.yaml\n')
    .action(async (from: string, to: string, options) =>
      setExitCode(await (await import('./policy-diff.ts')).policyDiffCommand(terminal, { from, to, ...options })),
    )
  policy
    .command('replay')
    .description(
      'apply a changed pack to past decisions, on releases or on recorded calls of tools, and show each that would change',
    )
    .argument('<pack>', 'the changed pack: a file or a name')
    .option('-s, --system <name>', 'only this system')
    .option(...PROJECT)
    .option('--state <folder>', 'state folder (default: .gatehouse)')
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nA pack of scope `request` is applied to the calls in the decision records of the gateways.\n\nExample:\n  $ gatehouse policy replay policies/house.yaml\n  $ gatehouse policy replay policies/run-time.yaml --system support-assistant\n',
    )
    .action(async (pack: string, options) =>
      setExitCode(await (await import('./policy-replay.ts')).policyReplayCommand(terminal, { pack, ...options })),
    )
}
