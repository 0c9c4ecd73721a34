import { Option, type Command } from 'commander'
import { withPages } from '../listing/page-options.ts'
import { wholeNumber } from '../whole-number.ts'
import type { CommandContext } from './command-context.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse, or the server of `gatehouse login`)'] as const
const AS = ['--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const
const SYSTEM = ['-s, --system <name>', 'the system'] as const

/** Commands on credentials, and the way to a server. */
export function registerIdentityCommands(program: Command, context: CommandContext): void {
  registerLogin(program, context)
  registerKeys(program, context)
  registerWorkloadKeys(program, context)
  registerShares(program, context)
}

const identity = async (): Promise<typeof import('./identity.ts')> => import('./identity.ts')
const login = async (): Promise<typeof import('./login.ts')> => import('./login.ts')
/** Options of every command that speaks to the state. */
const onState = (command: Command): Command =>
  command
    .option(...STATE)
    .option(...AS)
    .option(...JSON_FLAG)
const overlap = (): Option =>
  new Option('--overlap-hours <n>', 'how long the old one still counts, 168 at most').argParser(wholeNumber(0, 168))
const days = (most: number): Option =>
  new Option('--days <n>', `how long, ${most} at most`).argParser(wholeNumber(1, most))

function registerLogin(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('login')
    .description('sign in to a server; commands without --state speak to it from then on')
    .requiredOption('--server <url>', 'the server')
    .option('--token <token>', 'an API key instead of a browser; - reads it from standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse login --server https://gatehouse.example.com\n  $ gatehouse login --server https://gatehouse.example.com --token - < key.txt\n\nIn CI: set GATEHOUSE_SERVER and GATEHOUSE_TOKEN instead.\n',
    )
    .action(async (options) => setExitCode(await (await login()).loginCommand(terminal, options)))
  program
    .command('logout')
    .description('end the session with the server and forget it')
    .action(async () => setExitCode(await (await login()).logoutCommand(terminal)))
  onState(program.command('whoami').description('who this terminal is, and with which roles')).action(async (options) =>
    setExitCode(await (await login()).whoAmICommand(terminal, options)),
  )
  const sessions = program.command('sessions').description('sessions of people')
  onState(sessions.command('list').description("your sessions; everybody's for admins")).action(async (options) =>
    setExitCode(await (await identity()).listSessionsCommand(terminal, options)),
  )
  registerEnd(sessions, { terminal, setExitCode }, { operation: 'revokeSession', what: 'a session' })
}

function registerKeys(program: Command, { terminal, setExitCode }: CommandContext): void {
  const keys = program.command('keys').description('API keys')
  onState(
    keys
      .command('create')
      .description('make an API key; its secret is shown once')
      .argument('<name>', 'what it is for')
      .option('--roles <roles>', 'roles, comma-separated; none that you lack')
      .option('--operations <names>', 'only these operations; useGateway makes a key for an application at the gateway')
      .option('--systems <names>', 'only these systems')
      .option('-e, --env <environment>', 'only this environment')
      .addOption(days(366)),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse keys create ci --roles engineer --operations recordEvidence,gateRelease --systems shop-bot\n  $ gatehouse keys create web --operations useGateway --systems shop-bot --env production\n',
    )
    .action(async (name: string, options) =>
      setExitCode(await (await identity()).createKeyCommand(terminal, { name, ...options })),
    )
  withPages(
    onState(keys.command('list').description("your keys and when each was used last; everybody's for admins")),
  ).action(async (options) => setExitCode(await (await identity()).listKeysCommand(terminal, options)))
  onState(
    keys
      .command('rotate')
      .description('give a key a new secret')
      .argument('<id>', 'id of the key')
      .addOption(overlap().default(24)),
  ).action(async (id: string, options) =>
    setExitCode(await (await identity()).rotateKeyCommand(terminal, { id, ...options })),
  )
  registerEnd(keys, { terminal, setExitCode }, { operation: 'revokeKey', what: 'a key' })
}

function registerWorkloadKeys(program: Command, { terminal, setExitCode }: CommandContext): void {
  const keys = program.command('workload-keys').description('public keys that sign Gatehouse-Subject')
  onState(
    keys
      .command('add')
      .description('register a public key for a system; to rotate, give the older ones an end')
      .requiredOption(...SYSTEM)
      .requiredOption('--name <name>', 'what it is for')
      .requiredOption('--file <pem>', 'Ed25519 key in PEM; of a private key only the public half is sent')
      .addOption(overlap()),
  ).action(async (options) => setExitCode(await (await identity()).addWorkloadKeyCommand(terminal, options)))
  withPages(
    onState(
      keys
        .command('list')
        .description('keys of a system')
        .requiredOption(...SYSTEM),
    ),
  ).action(async (options) => setExitCode(await (await identity()).listWorkloadKeysCommand(terminal, options)))
  registerEnd(keys, { terminal, setExitCode }, { operation: 'revokeWorkloadKey', what: 'a workload key' })
}

function registerShares(program: Command, { terminal, setExitCode }: CommandContext): void {
  const shares = program.command('shares').description('read-only, time-boxed looks for auditors')
  onState(
    shares
      .command('create')
      .description('make a share; its token is shown once')
      .requiredOption(...SYSTEM)
      .requiredOption('--for <audience>', 'whom it is for')
      .option('--frameworks <names>', 'beginnings of framework entries, comma-separated; * is all', '*')
      .addOption(days(90).default(14)),
  ).action(async (options) => setExitCode(await (await identity()).createShareCommand(terminal, options)))
  withPages(
    onState(
      shares
        .command('list')
        .description('shares and when each was viewed last')
        .option(...SYSTEM),
    ),
  ).action(async (options) => setExitCode(await (await identity()).listSharesCommand(terminal, options)))
  registerEnd(shares, { terminal, setExitCode }, { operation: 'revokeShare', what: 'a share' })
}

type Ending = 'revokeSession' | 'revokeKey' | 'revokeWorkloadKey' | 'revokeShare'

function registerEnd(
  group: Command,
  { terminal, setExitCode }: CommandContext,
  { operation, what }: { readonly operation: Ending; readonly what: string },
): void {
  onState(group.command('revoke').description(`end ${what} at once`).argument('<id>', 'its id')).action(
    async (id: string, options) => {
      const { oneCommand } = await identity()
      const call = { operation, input: { id } }
      setExitCode(await oneCommand(terminal, options, call, (ended) => [`${String(ended['id'])} has ended`]))
    },
  )
}
