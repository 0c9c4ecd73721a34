import { Option, type Command } from 'commander'
import { registerPeopleCommands } from './people-commands.ts'
import { withPages } from '../listing/page-options.ts'
import type { ListOptions } from '../listing/print-list.ts'
import { wholeNumber } from '../whole-number.ts'
import type { CommandContext } from './command-context.ts'
import { projectSystem } from './project-system.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const

/** Commands on the state: people, response, evidence. Each speaks to a live owner or becomes it. */
export function registerStateCommands(program: Command, context: CommandContext): void {
  registerPeopleCommands(program, context)
  registerResponse(program, context)
  registerIncidents(program, context)
  registerEvidence(program, context)
}

function registerResponse(program: Command, { terminal, setExitCode }: CommandContext): void {
  const respond = async (): Promise<typeof import('./respond.ts')> => import('./respond.ts')
  const kill = program.command('kill').description('kill switches: signed, pushed to every gateway')
  kill
    .command('on')
    .description('stop a system, or one tool, model, prompt or tenant of it')
    .requiredOption(...SYSTEM)
    .option('--tool <name>', 'only this tool')
    .option('--model <name>', 'only this model')
    .option('--prompt <id>', 'only this prompt')
    .option('--tenant <name>', 'only this tenant')
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await respond()).killOnCommand(terminal, options)))
  kill
    .command('off')
    .description('take a kill switch back')
    .argument('<id>', 'id of the kill switch')
    .requiredOption('--reason <text>', 'why')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await respond()).killOffCommand(terminal, { id, ...options })),
    )
  const list = listAction({ terminal, setExitCode })
  withPages(kill.command('list').description('kill switches, newest first'))
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options: ListOptions) => list('listDenies', options))
}

type Listing = 'listDenies' | 'listIncidents' | 'listAlerts'

function listAction({
  terminal,
  setExitCode,
}: CommandContext): (operation: Listing, options: ListOptions) => Promise<void> {
  return async (operation, options) => {
    const { listCommand } = await import('./people.ts')
    setExitCode(await listCommand(terminal, { ...options, operation }))
  }
}

function registerIncidents(program: Command, { terminal, setExitCode }: CommandContext): void {
  const respond = async (): Promise<typeof import('./respond.ts')> => import('./respond.ts')
  const list = listAction({ terminal, setExitCode })
  const incident = program.command('incident').description('incidents: open → contained → resolved → closed')
  withPages(incident.command('list').description('incidents, newest first'))
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options: ListOptions) => list('listIncidents', options))
  const alert = program.command('alert').description('alerts of the monitors')
  withPages(alert.command('list').description('alerts, newest first'))
    .option(...SYSTEM)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options: ListOptions) => list('listAlerts', options))
  incident
    .command('show')
    .description('one incident with its timeline')
    .argument('<id>', 'for example INC-1')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await respond()).showIncidentCommand(terminal, { id, ...options })),
    )
  for (const event of ['contain', 'resolve', 'close', 'reopen'] as const)
    incident
      .command(event)
      .description(`${event} an incident`)
      .argument('<id>', 'for example INC-1')
      .requiredOption('--note <text>', 'what was done')
      .option(...STATE)
      .option(...AS)
      .option(...JSON_FLAG)
      .action(async (id: string, options) =>
        setExitCode(await (await respond()).changeIncidentCommand(terminal, { id, event, ...options })),
      )
  incident
    .command('learn')
    .description('turn a recorded request of an incident into a regression case that every later gate requires')
    .argument('<id>', 'for example INC-1')
    .requiredOption('--request <id>', 'id of the recorded request')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (id: string, options) =>
      setExitCode(await (await respond()).learnCommand(terminal, { id, ...options })),
    )
}

function registerEvidence(program: Command, { terminal, setExitCode }: CommandContext): void {
  const evidence = program.command('evidence').description('evidence packs')
  evidence
    .command('pack')
    .description('export a self-verifying pack of one system')
    .addOption(projectSystem())
    .requiredOption('-o, --output <file>', 'where to write it')
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await import('./evidence.ts')).packCommand(terminal, options)))
  evidence
    .command('verify')
    .description('verify a pack offline against a trust file, or against the pinned digest of the one inside')
    .argument('<pack>', 'the pack')
    .option('--trust <file|sha256:…>', 'whom you trust; a pack never vouches for itself')
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse evidence verify pack.zip --trust trust.json\n')
    .action(async (pack: string, options) =>
      setExitCode(await (await import('./evidence.ts')).verifyCommand(terminal, { pack, ...options })),
    )
  program
    .command('kpi')
    .description('key figures of a system, each with its sample and interval')
    .addOption(projectSystem())
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await import('./evidence.ts')).kpiCommand(terminal, options)))
  program
    .command('serve')
    .description('run the control plane (API and console) for a state folder')
    .addOption(new Option('--port <n>', 'port').default(4180).argParser(wholeNumber(0, 65_535)))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--config <file>', 'identity provider, limits and public address of this server')
    .option(...STATE)
    .action(async (options) => setExitCode(await (await import('./serve.ts')).serveCommand(terminal, options)))
  program
    .command('credentials')
    .description('print the keys that a gateway and an application of this state folder need')
    .requiredOption(...SYSTEM)
    .option('-e, --env <environment>', 'the environment', 'local')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) =>
      setExitCode(await (await import('./credentials.ts')).credentialsCommand(terminal, options)),
    )
  program
    .command('console')
    .description('print a one-time login link for the running control plane')
    .option(...STATE)
    .action(async (options) => setExitCode(await (await import('./serve.ts')).consoleCommand(terminal, options)))
}
