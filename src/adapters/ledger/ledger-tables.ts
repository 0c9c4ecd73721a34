import { sql, type Kysely, type Transaction } from 'kysely'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { EntryDraft, LedgerEntry } from '../../application/ledger/ledger.ts'
import type { Leaf } from '../../domain/ledger/leaf.ts'
import { inOrganization } from '../storage/row-security.ts'
import type { Database } from '../storage/schema.ts'
import { isCommittedTo, PAYLOAD_BYTES_MAX } from './entry-maker.ts'

/** Servers tell each other on this channel that the inbox or the ledger has grown. */
export const LEDGER_CHANNEL = 'gatehouse_ledger'
/** How the holder of a ledger that was moved out of these tables begins. */
export const MOVED = 'moved:'
/** Entries of one page: read and verified before the next is asked for. */
const PAGE = 200
/** Rows of one insert statement. */
const ROWS_MAX = 200

export interface IdentifiedDraft {
  readonly id: string
  readonly draft: EntryDraft
  /** The turn that it belongs to, if it is part of a piece of work that has one. */
  readonly turn: number | undefined
}

/** What the tables hold is not what was written to them. */
export class LedgerTablesDamaged extends Error {}

/** The newest checkpoint, and how many entries there are: the two agree unless somebody changed the tables. */
export function newestCheckpoint(
  db: Kysely<Database>,
  organization: string,
): Promise<{ readonly size: number; readonly note: string | null; readonly entries: number }> {
  return inOrganization(db, organization, async (transaction) => {
    // One statement, so that both are of one moment.
    const { rows } = await sql<{ size: string | null; note: string | null; entries: string }>`
      select newest.size, newest.note,
        coalesce((select max(index) + 1 from ledger_entries where organization_id = ${organization}), 0) as entries
      from (select 1) as one left join lateral (
        select size, note from ledger_checkpoints where organization_id = ${organization} order by size desc limit 1
      ) as newest on true`.execute(transaction)
    const [row] = rows
    return { size: Number(row?.size ?? 0), note: row?.note ?? null, entries: Number(row?.entries ?? 0) }
  })
}

/** Entries [from, to), each checked against its commitment; throws at a gap or at a changed one. */
export async function* readEntries(
  db: Kysely<Database>,
  organization: string,
  from: number,
  to: number,
): AsyncGenerator<LedgerEntry> {
  for (let start = from; start < to; start += PAGE) {
    const end = Math.min(start + PAGE, to)
    const rows = await inOrganization(db, organization, (transaction) =>
      transaction
        .selectFrom('ledger_entries')
        .select(['index', 'leaf', 'salt', 'payload'])
        .where('organization_id', '=', organization)
        .where('index', '>=', start)
        .where('index', '<', end)
        .orderBy('index')
        .execute(),
    )
    for (let index = start; index < end; index++) {
      const row = rows[index - start]
      if (row === undefined || Number(row.index) !== index) throw new LedgerTablesDamaged(`entry ${index} is missing`)
      yield entryOf(index, row)
    }
  }
}

function entryOf(
  index: number,
  row: { readonly leaf: string; readonly salt: string; readonly payload: string },
): LedgerEntry {
  const leaf = parseJson(row.leaf, PAYLOAD_BYTES_MAX)
  const payload = parseJson(row.payload, 2 * PAYLOAD_BYTES_MAX)
  if (leaf.ok && payload.ok && isJsonObject(leaf.value) && isJsonObject(payload.value)) {
    const entry = { index, leaf: leaf.value as unknown as Leaf, salt: row.salt, payload: payload.value }
    if (isCommittedTo(entry)) return entry
  }
  throw new LedgerTablesDamaged(`the payload of entry ${index} does not match its commitment`)
}

/** Takes the next epoch: whoever held an earlier one can commit nothing any more. */
export function takeEpoch(db: Kysely<Database>, organization: string, holder: string): Promise<number> {
  return inOrganization(db, organization, async (transaction) => {
    const row = await transaction
      .insertInto('ledger_sequencers')
      .values({ organization_id: organization, epoch: 1, holder })
      .onConflict((conflict) =>
        conflict
          .column('organization_id')
          .doUpdateSet({ epoch: sql<number>`ledger_sequencers.epoch + 1`, holder })
          // A ledger that was moved elsewhere gets no sequencer here any more.
          .where('ledger_sequencers.holder', 'not like', `${MOVED}%`),
      )
      .returning('epoch')
      .executeTakeFirstOrThrow()
    return Number(row.epoch)
  })
}

/** Takes the next turn: entries of an earlier one are written no more. */
export function takeTurn(db: Kysely<Database>, organization: string): Promise<number> {
  return inOrganization(db, organization, async (transaction) => {
    const row = await transaction
      .insertInto('ledger_sequencers')
      .values({ organization_id: organization, epoch: 0, holder: '', turn: 1 })
      .onConflict((conflict) =>
        conflict.column('organization_id').doUpdateSet({ turn: sql<number>`ledger_sequencers.turn + 1` }),
      )
      .returning('turn')
      .executeTakeFirstOrThrow()
    return Number(row.turn)
  })
}

/** The epoch in force and the newest turn; their row stays locked until the transaction ends: nobody takes the next one meanwhile. */
export async function lockedEpoch(
  transaction: Transaction<Database>,
  organization: string,
): Promise<{ readonly epoch: number; readonly turn: number }> {
  const row = await transaction
    .selectFrom('ledger_sequencers')
    .select(['epoch', 'turn'])
    .where('organization_id', '=', organization)
    .forUpdate()
    .executeTakeFirst()
  return { epoch: Number(row?.epoch ?? 0), turn: Number(row?.turn ?? 0) }
}

/** Leaves drafts for the sequencer. Leaving one twice is leaving it once. Returns those whose turn passed: they are and will be no entries. */
export async function leaveInInbox(
  db: Kysely<Database>,
  organization: string,
  drafts: readonly IdentifiedDraft[],
): Promise<readonly string[]> {
  return inOrganization(db, organization, async (transaction) => {
    const passed = await passedTurns(transaction, organization, drafts)
    const left = drafts.filter(({ id }) => !passed.has(id))
    for (let from = 0; from < left.length; from += ROWS_MAX)
      await transaction
        .insertInto('ledger_inbox')
        .values(
          left.slice(from, from + ROWS_MAX).map(({ id, draft, turn = null }) => ({
            organization_id: organization,
            id,
            draft: JSON.stringify(draft),
            turn,
          })),
        )
        .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doNothing())
        .execute()
    await signal(transaction)
    const known = await knownIds(transaction, organization, [...passed])
    return [...passed].filter((id) => !known.has(id))
  })
}

/** Drafts of an earlier turn than the newest. A group that holds one is committed before the next turn is taken, or never. */
async function passedTurns(
  transaction: Transaction<Database>,
  organization: string,
  drafts: readonly IdentifiedDraft[],
): Promise<ReadonlySet<string>> {
  const ofTurns = drafts.filter(({ turn }) => turn !== undefined)
  if (ofTurns.length === 0) return new Set()
  const row = await transaction
    .selectFrom('ledger_sequencers')
    .select('turn')
    .where('organization_id', '=', organization)
    .executeTakeFirst()
  const newest = Number(row?.turn ?? 0)
  return new Set(ofTurns.filter((draft) => isPassed(draft, newest)).map(({ id }) => id))
}

/** Belongs to a piece of work whose turn ended, although the work did not. */
export const isPassed = ({ turn }: IdentifiedDraft, newest: number): boolean => turn !== undefined && turn < newest

/**
 * The oldest drafts of the inbox, as many as fit into `bytesMax`, one at least. What is no draft was not left by Gatehouse and is
 * thrown away with its row.
 */
export async function inboxDrafts(
  transaction: Transaction<Database>,
  organization: string,
  { limit, bytesMax }: { readonly limit: number; readonly bytesMax: number },
): Promise<{ readonly drafts: readonly IdentifiedDraft[]; readonly ids: readonly string[] }> {
  if (limit <= 0) return { drafts: [], ids: [] }
  // How long a draft is, the database knows without reading it.
  const sizes = await transaction
    .selectFrom('ledger_inbox')
    .select(['id', sql<string>`octet_length(draft)`.as('bytes')])
    .where('organization_id', '=', organization)
    .orderBy('position')
    .limit(limit)
    .execute()
  let bytes = 0
  const fit = sizes.filter((size, place) => (bytes += Number(size.bytes)) <= bytesMax || place === 0)
  if (fit.length === 0) return { drafts: [], ids: [] }
  const rows = await transaction
    .selectFrom('ledger_inbox')
    .select(['id', 'draft', 'turn'])
    .where('organization_id', '=', organization)
    .where(
      'id',
      'in',
      fit.map(({ id }) => id),
    )
    .orderBy('position')
    .execute()
  const drafts = rows.flatMap(({ id, draft, turn }) => {
    const json = parseJson(draft, 2 * PAYLOAD_BYTES_MAX)
    if (!json.ok || !isJsonObject(json.value) || !isJsonObject(json.value['payload'])) return []
    return [{ id, draft: json.value as unknown as EntryDraft, turn: turn === null ? undefined : Number(turn) }]
  })
  return { drafts, ids: rows.map(({ id }) => id) }
}

/** Takes a draft back; false when the sequencer has it, or had it. */
export function takeFromInbox(db: Kysely<Database>, organization: string, id: string): Promise<boolean> {
  return inOrganization(db, organization, async (transaction) => {
    const taken = await transaction
      .deleteFrom('ledger_inbox')
      .where('organization_id', '=', organization)
      .where('id', '=', id)
      .returning('id')
      .execute()
    return taken.length > 0
  })
}

/** Which of the ids are entries already. */
export async function knownIds(
  transaction: Transaction<Database>,
  organization: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await transaction
    .selectFrom('ledger_entries')
    .select('id')
    .where('organization_id', '=', organization)
    .where('id', 'in', [...ids])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

export interface Group {
  readonly epoch: number
  readonly entries: readonly LedgerEntry[]
  readonly checkpoint: string
  /** Rows of the inbox that the group has dealt with. */
  readonly inbox: readonly string[]
}

/** Writes a group of entries and the checkpoint that covers them; its transaction keeps all of it or nothing. */
export async function writeGroup(
  transaction: Transaction<Database>,
  organization: string,
  { epoch, entries, checkpoint, inbox }: Group,
): Promise<void> {
  for (let from = 0; from < entries.length; from += ROWS_MAX)
    await transaction
      .insertInto('ledger_entries')
      .values(
        entries.slice(from, from + ROWS_MAX).map(({ index, leaf, salt, payload }) => ({
          organization_id: organization,
          index,
          id: leaf.id,
          epoch,
          leaf: JSON.stringify(leaf),
          salt,
          payload: JSON.stringify(payload),
        })),
      )
      .execute()
  const last = entries.at(-1)
  if (last !== undefined)
    await transaction
      .insertInto('ledger_checkpoints')
      .values({ organization_id: organization, size: last.index + 1, epoch, note: checkpoint })
      .execute()
  for (let from = 0; from < inbox.length; from += ROWS_MAX)
    await transaction
      .deleteFrom('ledger_inbox')
      .where('organization_id', '=', organization)
      .where('id', 'in', inbox.slice(from, from + ROWS_MAX))
      .execute()
  await signal(transaction)
}

/** Reaches the other servers once the transaction is committed. */
async function signal(transaction: Transaction<Database>): Promise<void> {
  await sql`select pg_notify(${LEDGER_CHANNEL}, '')`.execute(transaction)
}
