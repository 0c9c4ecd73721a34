import { sql, type Kysely } from 'kysely'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Turn } from '../../application/state/recorder.ts'
import { fail } from '../../base/result.ts'
import { lockOf } from '../storage/advisory-lock.ts'
import type { Database } from '../storage/schema.ts'
import { takeTurn } from './ledger-tables.ts'

export interface PostgresTurns {
  readonly turn: Turn
  /** The turn that the caller's work runs in, for the entries that it appends. */
  readonly now: () => number | undefined
}

/** PostgreSQL: query_canceled, by its time-out. */
const CANCELLED = '57014'

/**
 * One piece of work at a time for an organization, on all servers of a database. The lock ends with its connection, which
 * may be while the work goes on: each turn has a number, and the ledger takes no entry of an earlier turn than the newest.
 */
export function postgresTurns(db: Kysely<Database>, organization: string): PostgresTurns {
  const lock = lockOf('turn', organization)
  const running = new AsyncLocalStorage<{ readonly number: number; isOver: boolean }>()
  const turn: Turn = (work) =>
    db.connection().execute(async (connection) => {
      try {
        await sql`select pg_advisory_lock(${lock})`.execute(connection)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === CANCELLED)) throw error
        return fail({ code: 'ledger/busy', message: 'other servers were at work the whole time', next: 'try again' })
      }
      const held = { number: 0, isOver: false }
      try {
        held.number = await takeTurn(connection, organization)
        return await running.run(held, work)
      } finally {
        // What the work left running is not of the turn any more.
        held.isOver = true
        await unlocked(connection, lock)
      }
    })
  return {
    turn,
    now: () => {
      const held = running.getStore()
      return held === undefined || held.isOver ? undefined : held.number
    },
  }
}

/** Unlocking waits for nothing: it fails with its connection alone, and that has ended the lock. The work is done either way. */
async function unlocked(connection: Kysely<Database>, lock: ReturnType<typeof lockOf>): Promise<void> {
  try {
    await sql`select pg_advisory_unlock(${lock})`.execute(connection)
  } catch (error) {
    if (!(error instanceof Error)) throw error
  }
}
