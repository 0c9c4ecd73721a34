import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { asEmbeddedOwner } from '../../src/adapters/storage/storage-figures.ts'
import { asOwner } from '../../src/adapters/storage/open-postgres.ts'
import { RECORD_KINDS } from '../../src/application/state/records.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { POSTGRES, postgresSchema } from './databases.ts'
import { tempFolder } from './temp-folder.ts'

/** A folder to run commands in, and the environment that says where its state lies. */
export interface CommandPlace extends AsyncDisposable {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

export async function embeddedPlace(): Promise<CommandPlace> {
  const folder = await tempFolder()
  return { folder: folder.path, environment: {}, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

export async function sharedPlace(): Promise<CommandPlace> {
  const folder = await tempFolder()
  const { url, schema, [Symbol.asyncDispose]: drop } = await postgresSchema()
  return {
    folder: folder.path,
    environment: { GATEHOUSE_DATABASE_URL: url, GATEHOUSE_DATABASE_SCHEMA: schema },
    async [Symbol.asyncDispose]() {
      await drop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export const COMMAND_PLACES = [
  { engine: 'a state folder', isThere: true, place: embeddedPlace },
  { engine: 'PostgreSQL', isThere: POSTGRES !== undefined, place: sharedPlace },
] as const

export interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Runs a command of the command line in a place. */
export async function runIn(
  { folder, environment }: Pick<CommandPlace, 'folder' | 'environment'>,
  args: readonly string[],
  isInterrupted = false,
): Promise<Ran> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a', ...environment } })
  if (isInterrupted) terminal.interrupt()
  return { code: await runCli(args, terminal), ...terminal.printed }
}

export const jsonOf = ({ out }: Ran): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>

export const journalText = (folder: string): Promise<string> =>
  readFile(join(folder, '.gatehouse', 'ledger', 'journal.jsonl'), 'utf8')

/** What the projection keeps beside the records. */
const KEPT_TABLES = ['record_counts', 'record_deadlines', 'record_excerpts', 'projection']

/** Every row of every kind of record as text, in one order: equal exactly when the records are. */
export async function recordsText(node: OpenedNode): Promise<string> {
  const read = async (owner: Kysely<never>): Promise<string> => {
    const lines: string[] = []
    for (const kind of [...RECORD_KINDS, ...KEPT_TABLES]) {
      const { rows } = await sql<{ line: string }>`
        select row_to_json(one)::text as line from ${sql.table(kind)} as one order by 1`.execute(owner)
      lines.push(kind, ...rows.map(({ line }) => line))
    }
    return lines.join('\n')
  }
  return node.postgres === undefined ? asEmbeddedOwner(node.db, read) : asOwner(node.postgres, read)
}
