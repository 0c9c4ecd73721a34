import { sql, type Kysely, type Transaction } from 'kysely'
import { parseCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'
import { lockOf } from '../storage/advisory-lock.ts'
import { inOrganization } from '../storage/row-security.ts'
import type { Database } from '../storage/schema.ts'
import type { JournalLine } from './journal.ts'
import { MOVED, readEntries } from './ledger-tables.ts'

/** Entries between two looks for checkpoints. */
const PAGE = 1_000
const ROWS_MAX = 200

/** The first `size` entries of a ledger in tables, with their checkpoints, as a journal file would have them. */
export async function* tableLines(
  db: Kysely<Database>,
  organization: string,
  size: number,
): AsyncGenerator<JournalLine> {
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(from + PAGE, size)
    const notes = await checkpointsBetween(db, organization, from, to)
    for await (const { index, leaf, salt, payload } of readEntries(db, organization, from, to)) {
      yield { leaf, salt, payload }
      const note = notes.get(index + 1)
      if (note !== undefined) yield { checkpoint: note }
    }
  }
}

// oxlint-disable-next-line max-params -- whose, and from where to where
async function checkpointsBetween(
  db: Kysely<Database>,
  organization: string,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, string>> {
  const rows = await inOrganization(db, organization, (transaction) =>
    transaction
      .selectFrom('ledger_checkpoints')
      .select(['size', 'note'])
      .where('organization_id', '=', organization)
      .where('size', '>', from)
      .where('size', '<=', to)
      .execute(),
  )
  return new Map(rows.map(({ size, note }) => [Number(size), note]))
}

/** Adds the lines behind the first `from` entries, under the next epoch. The transaction keeps all of it or nothing. */
export async function writeLines(
  transaction: Transaction<Database>,
  organization: string,
  lines: AsyncIterable<JournalLine>,
  from: number,
): Promise<void> {
  const epoch = await epochForCopy(transaction, organization)
  let index = 0
  let rows: Database['ledger_entries'][] = []
  const flush = async (): Promise<void> => {
    if (rows.length > 0)
      await transaction
        .insertInto('ledger_entries')
        .values(rows as never)
        .execute()
    rows = []
  }
  for await (const line of lines) {
    if ('checkpoint' in line) {
      const size = parseCheckpoint(parseNote(line.checkpoint)?.text ?? '')?.size ?? 0
      if (size <= from) continue
      await flush()
      await transaction
        .insertInto('ledger_checkpoints')
        .values({ organization_id: organization, size, epoch, note: line.checkpoint })
        .execute()
      continue
    }
    if (index >= from)
      rows.push({
        organization_id: organization,
        index,
        id: line.leaf.id,
        epoch,
        leaf: JSON.stringify(line.leaf),
        salt: line.salt,
        payload: JSON.stringify(line.payload),
      } as never)
    index += 1
    if (rows.length >= ROWS_MAX) await flush()
  }
  await flush()
}

/** Also takes away the mark of a ledger that was moved out of these tables before. */
async function epochForCopy(transaction: Transaction<Database>, organization: string): Promise<number> {
  const row = await transaction
    .insertInto('ledger_sequencers')
    .values({ organization_id: organization, epoch: 1, holder: 'copy' })
    .onConflict((conflict) =>
      conflict
        .column('organization_id')
        .doUpdateSet({ epoch: sql<number>`ledger_sequencers.epoch + 1`, holder: 'copy' }),
    )
    .returning('epoch')
    .executeTakeFirstOrThrow()
  return Number(row.epoch)
}

/** From here on no server sequences or opens the ledger in these tables. */
export async function markMoved(db: Kysely<Database>, organization: string, id: string): Promise<void> {
  const holder = `${MOVED}${id}`
  await inOrganization(db, organization, (transaction) =>
    transaction
      .insertInto('ledger_sequencers')
      .values({ organization_id: organization, epoch: 1, holder })
      .onConflict((conflict) =>
        conflict.column('organization_id').doUpdateSet({ epoch: sql<number>`ledger_sequencers.epoch + 1`, holder }),
      )
      .execute(),
  )
}

export function isMovedAway(db: Kysely<Database>, organization: string): Promise<boolean> {
  return inOrganization(db, organization, async (transaction) => {
    const row = await transaction
      .selectFrom('ledger_sequencers')
      .select('holder')
      .where('organization_id', '=', organization)
      .executeTakeFirst()
    return row?.holder.startsWith(MOVED) === true
  })
}

/** Drafts that no sequencer has taken yet. */
export function waitingDrafts(db: Kysely<Database>, organization: string): Promise<number> {
  return inOrganization(db, organization, async (transaction) => {
    const row = await transaction
      .selectFrom('ledger_inbox')
      .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
      .where('organization_id', '=', organization)
      .executeTakeFirst()
    return Number(row?.total ?? 0)
  })
}

/** Runs work while no server can be the sequencer; undefined, and nothing done, when one is. */
export function withoutSequencer<Value>(
  db: Kysely<Database>,
  organization: string,
  work: (connection: Kysely<Database>) => Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  const lock = lockOf('sequencer', organization)
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ held: boolean }>`select pg_try_advisory_lock(${lock}) as held`.execute(connection)
    if (rows[0]?.held !== true) return undefined
    try {
      return { value: await work(connection) }
    } finally {
      await sql`select pg_advisory_unlock(${lock})`.execute(connection)
    }
  })
}
