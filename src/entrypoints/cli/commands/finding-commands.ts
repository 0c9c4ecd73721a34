import type { Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const

/** Findings, threat models and what is overdue. */
export function registerFindingCommands(program: Command, context: CommandContext): void {
  registerFindings(program, context)
  registerThreats(program, context)
  registerReadiness(program, context)
  registerVendors(program, context)
  withPages(program.command('escalations').description('what is overdue, and who is to be told by the decision rights'))
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      context.setExitCode(await (await import('./findings.ts')).escalationsCommand(context.terminal, options)),
    )
}

const load = (): Promise<typeof import('./findings.ts')> => import('./findings.ts')

function registerFindings(program: Command, { terminal, setExitCode }: CommandContext): void {
  const finding = program.command('finding').description('findings: reported → fixed → verified by evidence')
  finding
    .command('report')
    .alias('add')
    .description('take a finding in: of a penetration test, a bug bounty, a customer, a person')
    .addOption(projectSystem())
    .requiredOption('--title <text>', 'what is wrong')
    .option('--description <text>', 'how it shows', '')
    .option('--source <source>', 'penetration-test, bug-bounty, customer, person, …', 'person')
    .requiredOption('--severity <severity>', 'critical, high, medium or low: decides when it is due')
    .option('--owner <name>', 'who deals with it (default: who reports)')
    .option('--rule <id>', 'rule whose evidence will show that it is fixed')
    .option('--location <text>', 'file:line, component or URL')
    .option('--risk <id...>', 'for example LLM01:2025')
    .option('--incident <id>', 'for example INC-1')
    .option('--release <digest>', 'the release it was found in')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse finding report -s support-assistant --title "refund without order" --severity high --rule GH-INJ-001\n',
    )
    .action(async (options) => setExitCode(await (await load()).reportFindingCommand(terminal, options)))
  registerImport(finding, { terminal, setExitCode })
  finding
    .command('assign')
    .description('set owner, severity, incident, or the rule that shows the fix')
    .argument('<id>', 'for example FND-1')
    .option('--owner <name>', 'who deals with it')
    .option('--severity <severity>', 'critical, high, medium or low')
    .option('--rule <id>', 'rule whose evidence will show that it is fixed')
    .option('--incident <id>', 'for example INC-1')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).assignFindingCommand(terminal, { id, ...options })),
    )
  registerMoves(finding, { terminal, setExitCode })
}

function registerMoves(finding: Command, { terminal, setExitCode }: CommandContext): void {
  for (const [name, event, text] of FINDING_MOVES)
    finding
      .command(name)
      .description(text)
      .argument('<id>', 'for example FND-1')
      .requiredOption('--note <text>', 'why, or what was done')
      .option('--exception <id>', 'with `accept`: the waiver that carries it')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).moveFindingCommand(terminal, { id, event, ...options })),
      )
  finding
    .command('show')
    .description('one finding with its history')
    .argument('<id>', 'for example FND-1')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).showFindingCommand(terminal, { id, ...options })),
    )
  withPages(finding.command('list').description('findings, newest first'))
    .option(...SYSTEM)
    .option('--status <state>', 'open, in-progress, fix-claimed, closed, accepted or dismissed')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listFindingsCommand(terminal, options)))
}

function registerImport(finding: Command, { terminal, setExitCode }: CommandContext): void {
  finding
    .command('import')
    .description(
      'take in the results of a SARIF 2.1.0 log; the same result is the same finding, whatever line it stands in',
    )
    .argument('<file>', 'a SARIF log')
    .addOption(projectSystem())
    .option('--source <source>', 'sarif, penetration-test, …', 'sarif')
    .option('--owner <name>', 'who deals with them (default: who imports)')
    .option('--release <digest>', 'the release they were found in')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse finding import scan.sarif -s support-assistant --owner ben\n')
    .action(async (file: string, options) =>
      setExitCode(await (await import('./finding-import.ts')).importFindingsCommand(terminal, { file, ...options })),
    )
}

const FINDING_MOVES = [
  ['start', 'start', 'say that somebody works on it'],
  ['fixed', 'claim-fix', 'say that it is fixed; it stays open until evidence shows it'],
  ['verify', 'verify', 'close it, if evidence from after the fix passes'],
  ['fail', 'fail', 'say that the fix does not hold'],
  ['accept', 'accept', 'have it carried by a waiver, for as long as that is in force'],
  ['dismiss', 'dismiss', 'say that it is none'],
  ['reopen', 'reopen', 'open it again'],
] as const

function registerThreats(program: Command, { terminal, setExitCode }: CommandContext): void {
  const threats = program.command('threats').description('threat model, derived from the manifest and its evidence')
  threats
    .command('show')
    .description("threats of a system's newest release, element by element")
    .addOption(projectSystem())
    .option('--open', 'only what is not mitigated', false)
    .option('--format <format>', 'human, json, markdown, mermaid or svg', 'human')
    .option(...STATE)
    .addHelpText('after', '\nExample:\n  $ gatehouse threats show -s support-assistant --format svg > flow.svg\n')
    .action(async (options) => setExitCode(await (await load()).showThreatsCommand(terminal, options)))
  threats
    .command('attest')
    .description('say that exactly this graph was reviewed; a change of its parts asks for another review')
    .addOption(projectSystem())
    .requiredOption('--graph <digest>', 'the digest that `threats show` prints')
    .requiredOption('--note <text>', 'what was reviewed')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).attestCommand(terminal, options)))
  threats
    .command('accept')
    .description('carry one threat for a bounded time')
    .argument('<threat>', 'for example THR-011@model:main')
    .addOption(projectSystem())
    .requiredOption('--role <role>', 'the role to speak in')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--days <n>', 'how long, 90 at most')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (threat: string, options) =>
      setExitCode(await (await load()).acceptThreatCommand(terminal, { threat, ...options })),
    )
}

function registerReadiness(program: Command, { terminal, setExitCode }: CommandContext): void {
  const readiness = program.command('readiness').description('what has to be in place before customers meet a system')
  readiness
    .command('attest')
    .description('say, with a link to the proof, that an item is in place; it counts for 90 days')
    .argument('<item>', 'monitoring-live, alerts-routed, runbook-linked, rollback-rehearsed or red-team-signed-off')
    .addOption(projectSystem())
    .requiredOption('--link <url>', 'where the proof lies')
    .requiredOption('--note <text>', 'what was seen')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (item: string, options) =>
      setExitCode(await (await import('./readiness.ts')).attestReadinessCommand(terminal, { item, ...options })),
    )
  readiness
    .command('show')
    .description('items with the words that count now')
    .addOption(projectSystem())
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await import('./readiness.ts')).showReadinessCommand(terminal, options)),
    )
}

function registerVendors(program: Command, { terminal, setExitCode }: CommandContext): void {
  const vendor = program.command('vendor').description('providers and makers of models: assessed, agreed to, expiring')
  vendor
    .command('assess')
    .description('write down what was found out, from a YAML file')
    .argument('<file>', 'keys: docs/reference/findings.md#vendors')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (file: string, options) =>
      setExitCode(await (await import('./readiness.ts')).assessVendorCommand(terminal, { file, ...options })),
    )
  for (const decision of ['approve', 'reject'] as const)
    vendor
      .command(decision)
      .description(`${decision} an assessment; never one's own`)
      .argument('<id>', 'id of the assessment')
      .requiredOption('--role <role>', 'the role to speak in')
      .option('--comment <text>', 'why', '')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(
          await (await import('./readiness.ts')).speakOnVendorCommand(terminal, { id, decision, ...options }),
        ),
      )
  withPages(vendor.command('list').description('assessments, newest first'))
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await import('./readiness.ts')).listVendorsCommand(terminal, options)),
    )
}
