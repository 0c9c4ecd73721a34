import { Option, type Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const STATE = ['--state <folder>', 'state folder (default: .gatehouse)'] as const
const JSON_FLAG = ['--json', 'print JSON', false] as const

/** Commands on the state as a whole: where it lies, copies of it, and its records made anew. */
export function registerDbCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const db = program.command('db').description('the state as a whole: status, migrations, backup, restore, moving')
  db.command('status')
    .description('where the state lies, schema, entries, how far records are behind, sizes, row-level security')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await import('./db-status.ts')).dbStatusCommand(terminal, options)))
  db.command('migrate')
    .description('bring the schema up to date, as the owner of the tables')
    .option('--dry-run', 'show the plan and change nothing', false)
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await import('./db-status.ts')).dbMigrateCommand(terminal, options)))
  db.command('rebuild')
    .description('make the records anew from the ledger')
    .option(...STATE)
    .option(...JSON_FLAG)
    .action(async (options) => setExitCode(await (await import('./db-copy.ts')).dbRebuildCommand(terminal, options)))
  registerCopies(db, { terminal, setExitCode })
}

function registerCopies(db: Command, { terminal, setExitCode }: CommandContext): void {
  const copies = async (): Promise<typeof import('./db-copy.ts')> => import('./db-copy.ts')
  db.command('backup')
    .description('write the whole ledger into one archive, beside a running control plane if there is one')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--with-keys', 'put the private keys in: whoever has the archive can then forge', false)
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse db backup -o gatehouse-2026-11-26.tar\n')
    .action(async (options) => setExitCode(await (await copies()).dbBackupCommand(terminal, options)))
  db.command('restore')
    .description('verify a backup and put it into an empty place')
    .argument('<archive>', 'what `db backup` wrote')
    .option('--trust <file>', 'trust file that the backup must verify against (default: the one inside)')
    .option('--dry-run', 'verify only', false)
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ gatehouse db restore gatehouse-2026-11-26.tar --state new-folder\n')
    .action(async (archive: string, options) =>
      setExitCode(await (await copies()).dbRestoreCommand(terminal, { archive, ...options })),
    )
  db.command('move')
    .description('move the state between its folder and the PostgreSQL of GATEHOUSE_DATABASE_URL')
    .addOption(new Option('--to <place>', 'where to').choices(['postgresql', 'folder']).makeOptionMandatory())
    .option(...STATE)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  $ GATEHOUSE_DATABASE_URL=postgres://… gatehouse db move --to postgresql\n')
    .action(async (options) => setExitCode(await (await copies()).dbMoveCommand(terminal, options)))
}
