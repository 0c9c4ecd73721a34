import type { Kysely } from 'kysely'
import { equalBytes } from '../../../base/bytes.ts'
import { parseCheckpoint } from '../../../domain/ledger/checkpoint.ts'
import type { MerkleTree } from '../../../domain/ledger/merkle.ts'
import { parseNote } from '../../../domain/ledger/signed-note.ts'
import type { JournalLine } from '../../../adapters/ledger/journal.ts'
import { forgetKeys } from '../../../adapters/ledger/ledger-keys.ts'
import { LedgerTablesDamaged, newestCheckpoint } from '../../../adapters/ledger/ledger-tables.ts'
import { withoutSequencer, writeLines } from '../../../adapters/ledger/ledger-table-lines.ts'
import { openAsApplication, openPostgres, type PostgresOptions } from '../../../adapters/storage/open-postgres.ts'
import { inOrganization } from '../../../adapters/storage/row-security.ts'
import type { Database } from '../../../adapters/storage/schema.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { databaseProblem } from '../database-problem.ts'

/** Opens the tables, gives work a connection while no server can be the sequencer, and closes them. */
export async function withTables<Value>(
  postgres: PostgresOptions,
  { organization, mayMigrate }: { readonly organization: string; readonly mayMigrate: boolean },
  work: (db: Kysely<Database>) => Promise<Result<Value, Problem>>,
): Promise<Result<Value, Problem>> {
  let db: Kysely<Database>
  try {
    db = await (mayMigrate ? openPostgres(postgres) : openAsApplication(postgres))
  } catch (error) {
    return fail(databaseProblem(error))
  }
  try {
    const done = await withoutSequencer(db, organization, () => work(db))
    return (
      done?.value ??
      fail({
        code: 'db/servers-running',
        message: 'a server sequences the ledger in this database',
        next: 'stop every server that uses it, then run this again',
      })
    )
  } catch (error) {
    if (error instanceof LedgerTablesDamaged)
      return fail({ code: 'ledger/damaged', message: error.message, next: 'restore the database from your backup' })
    // Of the driver's errors only the code is repeated: others may hold the connection string.
    if (error instanceof Error && ('severity' in error || error.message.startsWith('Connection terminated')))
      return fail(databaseProblem(error))
    throw error
  } finally {
    await db.destroy()
  }
}

export interface Filling {
  readonly organization: string
  readonly lines: AsyncIterable<JournalLine>
  readonly tree: MerkleTree
  /** Entries that are there already stay, if they are the first of the same history. */
  readonly mayContinue: boolean
}

/** Puts the lines into the tables in one transaction. */
export async function fillTables(
  db: Kysely<Database>,
  { organization, lines, tree, mayContinue }: Filling,
): Promise<Result<undefined, Problem>> {
  const there = await newestCheckpoint(db, organization)
  if (!isPrefix(there, tree) || (there.size > 0 && !mayContinue))
    return fail({
      code: 'db/not-empty',
      message: 'the database holds a ledger of this organization already',
      next: 'name an empty schema or database',
    })
  await inOrganization(db, organization, async (transaction) => {
    if (there.size === 0) await forgetKeys(transaction, organization)
    await writeLines(transaction, organization, lines, there.size)
  })
  const now = await newestCheckpoint(db, organization)
  if (now.size !== tree.size || now.entries !== tree.size || !isPrefix(now, tree))
    throw new LedgerTablesDamaged('what was written is not what was read')
  return ok(undefined)
}

/** Whether the tables hold the first entries of this tree, or none. */
function isPrefix({ size, note, entries }: Awaited<ReturnType<typeof newestCheckpoint>>, tree: MerkleTree): boolean {
  if (size === 0 && entries === 0) return true
  const body = parseCheckpoint(parseNote(note ?? '')?.text ?? '')
  return body !== undefined && entries === size && size <= tree.size && equalBytes(body.root, tree.root(size))
}
