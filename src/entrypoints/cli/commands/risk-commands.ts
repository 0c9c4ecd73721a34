import { Option, type Command } from 'commander'
import { RISK_LEVELS } from '../../../domain/risk/rate-risk.ts'
import { RISK_PLANS, RISK_STATES } from '../../../domain/risk/risk.ts'
import { withPages } from '../listing/page-options.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const
const ID = ['<id>', 'for example RSK-1'] as const

const load = (): Promise<typeof import('./risks.ts')> => import('./risks.ts')

/** `risk`: the register, from where a risk comes to who carries it. */
export function registerRiskCommands(program: Command, context: CommandContext): void {
  const risk = program.command('risk').description('risk register: opened → assessed → treated or carried')
  registerReading(risk, context)
  registerOpening(risk, context)
  registerTreating(risk, context)
  registerCarrying(risk, context)
}

function registerReading(risk: Command, { terminal, setExitCode }: CommandContext): void {
  withPages(risk.command('list').description('risks, newest first'))
    .option(...SYSTEM)
    .addOption(new Option('--status <state>', 'only those that stand here').choices(RISK_STATES))
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).listRisksCommand(terminal, options)))
  risk
    .command('show')
    .description('one risk with its history')
    .argument(...ID)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).showRiskCommand(terminal, { id, ...options })),
    )
  risk
    .command('burndown')
    .description('open risks over time, by level')
    .option(...SYSTEM)
    .option('--points <n>', 'how many points of time, the last is now', '12')
    .option('--step-days <n>', 'days between two of them', '7')
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse risk burndown -s support-assistant --points 26\n')
    .action(async (options) => setExitCode(await (await load()).burnDownCommand(terminal, options)))
}

function registerOpening(risk: Command, { terminal, setExitCode }: CommandContext): void {
  risk
    .command('add')
    .description('take a risk into the register; the gate adds those of rules that do not hold')
    .addOption(projectSystem())
    .addOption(
      new Option('--from <source>', 'what it comes from')
        .choices(['catalogue', 'threat', 'finding', 'incident', 'person'])
        .default('person'),
    )
    .option('--ref <id>', 'the control, threat, finding or incident')
    .option('--title <text>', 'what may happen (default: what its source says)')
    .addOption(
      new Option('--severity <level>', 'until it is assessed (default: that of its source)').choices(RISK_LEVELS),
    )
    .option('--owner <name>', 'who sees to it (default: who adds it)')
    .option('--control <id...>', 'controls against it')
    .option('--rule <id...>', 'rules whose passing shows that it is mitigated')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse risk add -s support-assistant --from catalogue --ref CTL-SEC-002\n  $ gatehouse risk add -s support-assistant --title "a refund goes to the wrong person" --rule GH-TOL-001\n',
    )
    .action(async (options) => setExitCode(await (await load()).addRiskCommand(terminal, options)))
  risk
    .command('import')
    .description(
      'open a risk for every risk of the control catalogue that applies to the system and is not in its register',
    )
    .addOption(projectSystem())
    .addOption(new Option('--from <source>', 'where they come from').choices(['catalogue']).default('catalogue'))
    .option('--preview', 'show which apply and how each stands; open nothing', false)
    .option('--owner <name>', 'who sees to them (default: who imports them)')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse risk import --from catalogue --preview\n  $ gatehouse risk import --from catalogue --owner ben\n',
    )
    .action(async (options) =>
      setExitCode(await (await import('./catalogue-risks.ts')).importRisksCommand(terminal, options)),
    )
  risk
    .command('derive')
    .description('open a risk for every open threat, finding and incident that has none yet')
    .addOption(projectSystem())
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await load()).deriveRisksCommand(terminal, options)))
}

function registerTreating(risk: Command, { terminal, setExitCode }: CommandContext): void {
  risk
    .command('assess')
    .description('how likely it is and how much harm it does; the tier makes a level of it')
    .argument(...ID)
    .requiredOption('--likelihood <n>', '1 (rare) to 5 (almost certain)')
    .requiredOption('--impact <n>', '1 (negligible) to 5 (severe)')
    .requiredOption('--note <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse risk assess RSK-1 --likelihood 3 --impact 5 --note "seen twice in the pilot"\n',
    )
    .action(async (id: string, options) =>
      setExitCode(await (await load()).assessRiskCommand(terminal, { id, ...options })),
    )
  risk
    .command('dismiss')
    .description('say why a risk of the catalogue is none of this system; never of a risk of your own')
    .argument(...ID)
    .requiredOption('--note <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).dismissRiskCommand(terminal, { id, ...options })),
    )
  risk
    .command('treat')
    .description('plan what is done about it, then say that it was done, with what shows it')
    .argument(...ID)
    .addOption(new Option('--plan <treatment>', 'what is to be done').choices(RISK_PLANS))
    .addOption(new Option('--done <treatment>', 'it was done').choices(RISK_PLANS))
    .option('--reopen', 'it is there again', false)
    .requiredOption('--note <text>', 'what is done, with whom the risk lies, or why')
    .option('--owner <name>', 'with --plan: who sees to it')
    .option('--due-days <n>', 'with --plan: until when')
    .option('--evidence <link>', 'with --done: what shows it, where no rule does')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse risk treat RSK-1 --plan mitigate --note "refunds need an order" --due-days 14\n  $ gatehouse risk treat RSK-1 --done mitigate --note "rule passes since 1.4.0"\n',
    )
    .action(async (id: string, options) =>
      setExitCode(await (await load()).treatRiskCommand(terminal, { id, ...options })),
    )
}

function registerCarrying(risk: Command, { terminal, setExitCode }: CommandContext): void {
  risk
    .command('carry')
    .description('ask for it to be carried for a bounded time, by the decision rights of its tier')
    .argument(...ID)
    .requiredOption('--days <n>', 'how long: 90 at most at T1, 180 at T2, 365 at T3')
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await load()).carryRiskCommand(terminal, { id, ...options })),
    )
  for (const [name, decision] of [
    ['accept', 'approve'],
    ['refuse', 'reject'],
  ] as const)
    risk
      .command(name)
      .description(`${name} to carry what was asked; never one's own question or risk`)
      .argument(...ID)
      .requiredOption('--role <role>', 'the role to speak in')
      .option('--comment <text>', 'why', '')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await load()).speakOnRiskCommand(terminal, { id, decision, ...options })),
      )
}
