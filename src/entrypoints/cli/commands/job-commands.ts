import { Option, type Command } from 'commander'
import { JOB_KINDS } from '../../../application/jobs/job-kinds.ts'
import { JOB_STATES } from '../../../application/jobs/job-queue.ts'
import { withPages } from '../listing/page-options.ts'
import { wholeNumber } from '../whole-number.ts'
import type { CommandContext } from './command-context.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse, or the server of `gatehouse login`)'] as const

const jobs = async (): Promise<typeof import('./jobs.ts')> => import('./jobs.ts')
const webhook = async (): Promise<typeof import('./webhook.ts')> => import('./webhook.ts')
/** Options of every command that speaks to the state. */
const onState = (command: Command): Command =>
  command
    .option(...STATE)
    .option('--as <name>', 'who acts: NAME or NAME:role,role (embedded mode takes your word)')
    .option('--json', 'print JSON', false)

/** Queued work, who does it, and where events are sent to. */
export function registerJobCommands(program: Command, context: CommandContext): void {
  registerWorker(program, context)
  registerJobs(program, context)
  registerWebhooks(program, context)
}

function registerWorker(program: Command, { terminal, setExitCode }: CommandContext): void {
  program
    .command('worker')
    .description('take jobs of the servers that share a PostgreSQL')
    .option('--config <file>', 'the configuration of `gatehouse serve`: schedules, webhooks')
    .option('--state <folder>', 'state folder with a copy of the server’s keys (default: .gatehouse)')
    .addHelpText(
      'after',
      '\nExample:\n  $ GATEHOUSE_DATABASE_URL=postgres://… gatehouse worker --config server.yaml --state /var/lib/gatehouse-worker\n',
    )
    .action(async (options) => setExitCode(await (await import('./worker.ts')).workerCommand(terminal, options)))
}

function registerJobs(program: Command, { terminal, setExitCode }: CommandContext): void {
  const group = program.command('jobs').description('queued work: what waits, runs, is done, and what died')
  withPages(onState(group.command('list').description('newest first')))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(JOB_KINDS))
    .addOption(new Option('--is <state>', 'in this state').choices(JOB_STATES))
    .option('--subject <id>', 'about this webhook, run or schedule')
    .addHelpText('after', '\nExample:\n  $ gatehouse jobs list --is dead --kind webhook.deliver\n')
    .action(async (options) => setExitCode(await (await jobs()).listJobsCommand(terminal, options)))
  onState(group.command('schedules').description('schedules of the configuration of `gatehouse serve`')).action(
    async (options) => setExitCode(await (await jobs()).listSchedulesCommand(terminal, options)),
  )
  onState(
    group
      .command('run')
      .description('run the suite of a schedule now')
      .argument('<schedule>', 'from `gatehouse jobs schedules`'),
  )
    .addHelpText('after', '\nExample:\n  $ gatehouse jobs run nightly-quality\n')
    .action(async (schedule: string, options) =>
      setExitCode(await (await jobs()).runScheduleCommand(terminal, schedule, options)),
    )
  const on = { show: 'getJob', retry: 'retryJob', cancel: 'cancelJob' } as const
  const about = {
    show: 'one job, with the problem of its last failed attempt',
    retry: 'give a dead job another attempt',
    cancel: 'take a job back that has not ended',
  }
  for (const [name, operation] of Object.entries(on))
    onState(
      group
        .command(name)
        .description(about[name as keyof typeof on])
        .argument('<id>', 'from `gatehouse jobs list`'),
    ).action(async (id: string, options) =>
      setExitCode(await (await jobs()).jobCommand(terminal, id, { ...options, operation })),
    )
}

function registerWebhooks(program: Command, { terminal, setExitCode }: CommandContext): void {
  const group = program.command('webhook').description('send events to other systems, signed')
  onState(
    group
      .command('add')
      .description('send events to an address; the secret is shown once')
      .argument('<url>', 'https address of the receiver'),
  )
    .requiredOption('--events <types>', 'comma-separated types, or * for all that anybody may read of')
    .option('--systems <names>', 'of these systems only, comma-separated')
    .option('--description <text>', 'what it is for')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse webhook add https://hooks.example.com/gatehouse --events verdict.issued,incident.opened\n  $ gatehouse webhook test 01J…\n',
    )
    .action(async (url: string, options) =>
      setExitCode(await (await webhook()).addWebhookCommand(terminal, url, options)),
    )
  onState(group.command('list').description('addresses that events are sent to')).action(async (options) =>
    setExitCode(await (await webhook()).listWebhooksCommand(terminal, options)),
  )
  const on = (name: string, about: string): Command =>
    onState(group.command(name).description(about).argument('<id>', 'from `gatehouse webhook list`'))
  on('show', 'one webhook with its newest deliveries').action(async (id: string, options) =>
    setExitCode(await (await webhook()).showWebhookCommand(terminal, id, options)),
  )
  on('rotate', 'a new secret; the one before it signs as well for the overlap')
    .addOption(new Option('--overlap-hours <n>', '168 at most (default: 24)').argParser(wholeNumber(0, 168)))
    .action(async (id: string, options) =>
      setExitCode(await (await webhook()).rotateWebhookCommand(terminal, id, options)),
    )
  on('remove', 'send nothing more there').action(async (id: string, options) =>
    setExitCode(await (await webhook()).removeWebhookCommand(terminal, id, options)),
  )
  on('test', 'send a test and say what came of it').action(async (id: string, options) =>
    setExitCode(await (await webhook()).testWebhookCommand(terminal, id, options)),
  )
  on('replay', 'give every dead delivery another attempt').action(async (id: string, options) =>
    setExitCode(await (await webhook()).replayWebhookCommand(terminal, id, options)),
  )
}
