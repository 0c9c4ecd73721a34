import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const PROJECT = ['-p, --project <folder>', 'folder of the manifest', '.'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

/** `policy`: packs tested, broken on purpose, measured, compared, explained and signed. */
export function registerPolicyCommands(program: Command, context: CommandContext): void {
  const policy = program.command('policy').description('policy packs')
  registerTesting(policy, context)
  registerChanging(policy, context)
  registerSigning(policy, context)
}

function registerTesting(policy: Command, { terminal, setExitCode }: CommandContext): void {
  policy
    .command('test')
    .description("load packs, compile every expression and run the packs' own tests")
    .argument('[packs...]', 'names or files (default: all that the manifest lists, or all shipped)')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .action(async (packs: string[], options) =>
      setExitCode(await (await import('./policy-test.ts')).policyTestCommand(terminal, { packs, ...options })),
    )
  policy
    .command('mutate')
    .description("break each rule in every documented way; exit 1 when the pack's own tests do not notice")
    .argument('[packs...]', 'names or files (default: all that the manifest lists, or all shipped)')
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

/** Whose pack it is. */
function registerSigning(policy: Command, { terminal, setExitCode }: CommandContext): void {
  policy
    .command('sign')
    .description('sign a pack in its version, byte for byte; its version needs a release note')
    .argument('<pack>', 'a pack file, or the name of a pack')
    .requiredOption('--key <file>', 'Ed25519 private key, PKCS#8 PEM, mode 0600')
    .option('--new-key', 'make the key where there is none', false)
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse policy sign house --key ~/policy.pem --new-key\n')
    .action(async (pack: string, options) =>
      setExitCode(await (await import('./policy-sign.ts')).policySignCommand(terminal, { pack, ...options })),
    )
  policy
    .command('verify')
    .description('see that a key which the trust file names for `policy` signed this very pack; exit 6 when none did')
    .argument('<pack>', 'a pack file, or the name of a pack')
    .requiredOption('--trust <file>', 'trust file (docs/reference/trust-file.md)')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse policy verify house --trust trust.json\n')
    .action(async (pack: string, options) =>
      setExitCode(await (await import('./policy-sign.ts')).policyVerifyCommand(terminal, { pack, ...options })),
    )
}

function registerBench(policy: Command, { terminal, setExitCode }: CommandContext): void {
  policy
    .command('bench')
    .description('decisions per second of packs on this machine, one core, on the inputs of their own tests')
    .argument('[packs...]', 'names or files (default: all that the manifest lists, or all shipped)')
    .option('--input <file>', 'a JSON document to decide on instead')
    .option('--seconds <n>', 'how long each pack is measured', '1')
    .option('--at-least <n>', 'decisions per second; exit 1 when a pack makes fewer')
    .option(...PROJECT)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse policy bench baseline house --at-least 30000\n')
    .action(async (packs: string[], options) =>
      setExitCode(await (await import('./policy-bench.ts')).policyBenchCommand(terminal, { packs, ...options })),
    )
}

/** A pack that changes: what differs, and what it would have decided. */
function registerChanging(policy: Command, context: CommandContext): void {
  const { terminal, setExitCode } = context
  registerBench(policy, context)
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
