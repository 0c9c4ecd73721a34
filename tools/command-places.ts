// Where each command of the command line works. `docs/reference/cli.md` is made of it; a test holds it to the commands that
// there are, and runs each that works both ways embedded and against a server.
import { Command } from 'commander'
import { registerCommands } from '../src/entrypoints/cli/commands/register.ts'

/** A command that can be given, with its words behind `gatehouse`. */
export interface LeafCommand {
  readonly name: string
  readonly description: string
  readonly usage: string
  /** Its long flags. */
  readonly options: readonly string[]
}

/** Why a command does not work both ways. */
export const REASONS = {
  files: 'works on files of the project alone and opens no state',
  runs: 'runs where it is started; its run folder lies there',
  offline: 'proves without asking anybody, so that nobody has to be trusted',
  process: 'is the process that owns the state, or works on its jobs',
  storage: 'works on the stored state itself, which must not be in use or belongs to the operator',
  secrets: 'reads or hands out secrets of the state folder; a server keeps its own',
  login: 'is about the way to the server',
  server:
    'tries the way from a server to a receiver, by the network and the configuration of that server; where none runs, it says so and the test stays queued',
  gateway: 'speaks to a gateway or an MCP server, not to the state',
} as const

export type CommandPlace = 'both ways' | keyof typeof REASONS

const BOTH = [
  'gate',
  'explain',
  'approve',
  'kpi',
  'dpia',
  'gaps',
  'escalations',
  'whoami',
  'evidence pack',
  'evidence import',
  'eval coverage',
  'eval results',
  'eval result',
  'policy replay',
  'controls list',
  'controls show',
  'controls coverage',
  'controls attest',
  'controls test',
  'intake request',
  'intake resubmit',
  'intake withdraw',
  'intake status',
  'intake list',
  'intake show',
  'intake review',
  'intake assign',
  'intake comment',
  'exception request',
  'exception approve',
  'exception deny',
  'exception accept-risk',
  'exception renew',
  'exception end',
  'exception list',
  'kill on',
  'kill off',
  'kill list',
  'incident list',
  'incident show',
  'incident contain',
  'incident resolve',
  'incident close',
  'incident reopen',
  'incident learn',
  'alert list',
  'rights show',
  'rights adopt',
  'delegation give',
  'delegation end',
  'delegation list',
  'decision ask',
  'decision approve',
  'decision reject',
  'decision withdraw',
  'decision list',
  'sessions list',
  'sessions revoke',
  'keys create',
  'keys list',
  'keys rotate',
  'keys revoke',
  'workload-keys add',
  'workload-keys list',
  'workload-keys revoke',
  'shares create',
  'shares list',
  'shares revoke',
  'finding report',
  'finding import',
  'finding assign',
  'finding start',
  'finding fixed',
  'finding verify',
  'finding fail',
  'finding accept',
  'finding dismiss',
  'finding reopen',
  'finding show',
  'finding list',
  'threats show',
  'threats attest',
  'threats accept',
  'readiness attest',
  'readiness show',
  'vendor assess',
  'vendor approve',
  'vendor reject',
  'vendor list',
  'risk list',
  'risk show',
  'risk burndown',
  'risk add',
  'risk derive',
  'risk import',
  'risk assess',
  'risk treat',
  'risk carry',
  'risk accept',
  'risk refuse',
  'risk dismiss',
  'commitment propose',
  'commitment approve',
  'commitment reject',
  'commitment withdraw',
  'commitment end',
  'commitment show',
  'commitment list',
  'prompt list',
  'prompt show',
  'prompt diff',
  'prompt promote',
  'prompt rollback',
  'lineage show',
  'lineage query',
  'lineage export',
  'draft control',
  'draft threats',
  'draft attacks',
  'draft narrative',
  'draft alerts',
  'draft list',
  'draft show',
  'draft accept',
  'draft reject',
  'jobs list',
  'jobs schedules',
  'jobs run',
  'jobs show',
  'jobs retry',
  'jobs cancel',
  'webhook add',
  'webhook list',
  'webhook show',
  'webhook rotate',
  'webhook remove',
  'webhook replay',
  'gateway list',
  'approval list',
  'approval approve',
  'approval refuse',
] as const

const ONE_WAY: Readonly<Record<string, keyof typeof REASONS>> = {
  init: 'files',
  validate: 'files',
  lock: 'files',
  plan: 'files',
  diff: 'files',
  'guard scan': 'files',
  'guard replay': 'files',
  intake: 'files',
  'policy test': 'files',
  'policy mutate': 'files',
  'policy explain': 'files',
  'policy bench': 'files',
  'policy diff': 'files',
  'policy sign': 'files',
  'policy verify': 'files',
  'prompt lint': 'files',
  'eval score': 'files',
  'eval fairness': 'files',
  'eval plan': 'files',
  'eval import': 'files',
  'eval run': 'runs',
  'eval list': 'runs',
  'eval show': 'runs',
  'eval merge': 'runs',
  'eval compare': 'runs',
  'eval calibrate': 'runs',
  upgrade: 'runs',
  'redteam guard': 'files',
  'redteam list': 'files',
  'redteam run': 'runs',
  'redteam report': 'files',
  'evidence verify': 'offline',
  serve: 'process',
  worker: 'process',
  console: 'secrets',
  credentials: 'secrets',
  'db status': 'storage',
  'db migrate': 'storage',
  'db rebuild': 'storage',
  'db backup': 'storage',
  'db restore': 'storage',
  'db move': 'storage',
  login: 'login',
  logout: 'login',
  'webhook test': 'server',
  'mcp proxy': 'gateway',
  'mcp pins': 'gateway',
}

/** Every command, with where it works. */
export const COMMAND_PLACES: Readonly<Record<string, CommandPlace>> = {
  ...Object.fromEntries(BOTH.map((name) => [name, 'both ways' as const])),
  ...ONE_WAY,
}

/** Every command that can be given, from the program itself. */
export function leafCommands(): readonly LeafCommand[] {
  const program = new Command('gatehouse')
  const nothing = (): never => {
    throw new Error('no command runs here')
  }
  registerCommands(program, { out: nothing, error: nothing } as never, nothing)
  return program.commands.flatMap((command) => leavesOf(command, []))
}

function leavesOf(command: Command, above: readonly string[]): readonly LeafCommand[] {
  const words = [...above, command.name()]
  const children = command.commands.flatMap((child) => leavesOf(child, words))
  const runs = command.commands.length === 0 || hasAction(command)
  const options = command.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
  return runs
    ? [{ name: words.join(' '), description: command.description(), usage: command.usage(), options }, ...children]
    : children
}

/** A command with commands below it may be given by itself too: `gatehouse intake`. */
function hasAction(command: Command): boolean {
  return '_actionHandler' in command && command._actionHandler !== null
}
