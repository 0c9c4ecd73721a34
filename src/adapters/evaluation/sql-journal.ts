import type { Kysely } from 'kysely'
import type { TrialJournal } from '../../application/evaluation/trial-journal.ts'
import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'
import { fromNulFree, toNulFree } from '../storage/nul-free.ts'
import { inOrganization } from '../storage/row-security.ts'
import type { Database } from '../storage/schema.ts'

export interface JournalPlace {
  readonly db: Kysely<Database>
  readonly organization: string
  readonly run: string
}

const BATCH = 25
const PAGE = 1_000
/** Of each reply; a report shows less. */
const REPLY_CHARS_MAX = 4_000

/**
 * Finished trials of a run in the database, so that any worker goes on where another one stopped. A part writes its own;
 * whoever merges reads them all.
 */
export class SqlJournal implements TrialJournal {
  readonly #place: JournalPlace
  readonly #part: number
  readonly #known: Map<string, string>
  #waiting: { place: string; record: string }[] = []
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  private constructor(place: JournalPlace, part: number, known: Map<string, string>) {
    this.#place = place
    this.#part = part
    this.#known = known
  }

  /** Part 0 has the trials of all parts. */
  static async open(place: JournalPlace, part: number): Promise<SqlJournal> {
    const { db, organization, run } = place
    const known = new Map<string, string>()
    let after = ''
    for (;;) {
      const from = after
      const rows = await inOrganization(db, organization, (transaction) => {
        const query = transaction
          .selectFrom('evaluation_trials')
          .select(['place', 'record'])
          .where('organization_id', '=', organization)
          .where('run', '=', run)
          .where('place', '>', from)
          .orderBy('place')
          .limit(PAGE)
        return (part === 0 ? query : query.where('part', '=', part)).execute()
      })
      for (const row of rows) known.set(row.place, row.record)
      if (rows.length < PAGE) return new SqlJournal(place, part, known)
      after = rows.at(-1)?.place ?? after
    }
  }

  recorded(at: TrialRecord['at']): TrialRecord | undefined {
    const text = this.#known.get(at.join('/'))
    return text === undefined ? undefined : (JSON.parse(fromNulFree(text)) as TrialRecord)
  }

  append(record: TrialRecord): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#waiting.push({ place: record.at.join('/'), record: toNulFree(JSON.stringify(shortened(record))) })
    return this.#waiting.length >= BATCH ? this.flush() : undefined
  }

  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async #write(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    if (batch.length === 0 || this.#failure !== undefined) return
    const { db, organization, run } = this.#place
    try {
      await inOrganization(db, organization, (transaction) =>
        transaction
          .insertInto('evaluation_trials')
          .values(batch.map((row) => ({ organization_id: organization, run, part: this.#part, ...row })))
          // Another worker that was taken for dead may have gone on: the first result of a trial counts.
          .onConflict((conflict) => conflict.columns(['organization_id', 'run', 'place']).doNothing())
          .execute(),
      )
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }
}

function shortened(record: TrialRecord): TrialRecord {
  const { result } = record
  if (result.kind !== 'scored' || result.reply.length <= REPLY_CHARS_MAX) return record
  return { ...record, result: { ...result, reply: result.reply.slice(0, REPLY_CHARS_MAX) } }
}

/** Says that a part has all its trials, and how many parts have. */
export async function finishPart({ db, organization, run }: JournalPlace, part: number): Promise<number> {
  await inOrganization(db, organization, (transaction) =>
    transaction
      .insertInto('evaluation_parts')
      .values({ organization_id: organization, run, part })
      .onConflict((conflict) => conflict.columns(['organization_id', 'run', 'part']).doNothing())
      .execute(),
  )
  // In a transaction of its own: of two parts that finish together, the later one sees both.
  return inOrganization(db, organization, (transaction) => countParts(transaction, organization, run))
}

async function countParts(db: Kysely<Database>, organization: string, run: string): Promise<number> {
  const row = await db
    .selectFrom('evaluation_parts')
    .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
    .where('organization_id', '=', organization)
    .where('run', '=', run)
    .executeTakeFirst()
  return Number(row?.total ?? 0)
}

/** The report has what they came to. */
export async function dropTrials({ db, organization, run }: JournalPlace): Promise<void> {
  await inOrganization(db, organization, async (transaction) => {
    for (const table of ['evaluation_trials', 'evaluation_parts'] as const)
      await transaction.deleteFrom(table).where('organization_id', '=', organization).where('run', '=', run).execute()
  })
}
