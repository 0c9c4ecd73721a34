// Work that looks at the state and writes by what it saw, on two servers, while connections break.
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresTurns, type PostgresTurns } from '../../src/adapters/ledger/postgres-turn.ts'
import { openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import type { Ledger } from '../../src/application/ledger/ledger.ts'
import { ok } from '../../src/base/result.ts'
import { POSTGRES } from '../support/databases.ts'
import { draft, entriesOf, verifyWhole } from '../support/file-ledger-fixture.ts'
import { openedLedger, postgresPlace } from '../support/ledger-engines.ts'
import { eventually } from '../support/temp-folder.ts'

interface Server {
  readonly ledger: Ledger
  readonly turns: PostgresTurns
}

describe.skipIf(POSTGRES === undefined)('turns of servers on one PostgreSQL', () => {
  let place: Awaited<ReturnType<typeof postgresPlace>>
  let cleanUp: AsyncDisposableStack
  beforeEach(async () => {
    cleanUp = new AsyncDisposableStack()
    place = cleanUp.use(await postgresPlace())
  })
  afterEach(() => cleanUp.disposeAsync())

  const server = async (holder: string): Promise<Server> => {
    const db = await openPostgres({ connectionString: place.url, schema: place.schema })
    cleanUp.defer(() => db.destroy())
    const turns = postgresTurns(db, 'acme')
    return { turns, ledger: cleanUp.use(await openedLedger(place, { holder, turn: turns.now })) }
  }

  /** Says something to each backend that holds, or waits for, the lock of the turn; how many there were. */
  const toLockers = async (isGranted: boolean, say: 'pg_terminate_backend' | 'pg_cancel_backend'): Promise<number> => {
    const client = new Client({ connectionString: POSTGRES })
    await client.connect()
    try {
      const { rowCount } = await client.query(
        `select ${say}(pid) from pg_locks where locktype = 'advisory' and granted = $1
          and (classid::bigint << 32 | objid::bigint) = hashtextextended('gatehouse.turn/acme/' || $2, 0)`,
        [isGranted, place.schema],
      )
      return rowCount ?? 0
    } finally {
      await client.end()
    }
  }

  test.each([{ sequencer: 'the one whose turn is lost' }, { sequencer: 'the other one' }])(
    'what a server writes after another has had its turn is refused, with $sequencer as the sequencer',
    async ({ sequencer }) => {
      const first = await server('first')
      const second = await server('second')
      const [losing, taking] = sequencer === 'the other one' ? [second, first] : [first, second]
      const outcome = await losing.turns.turn(async () => {
        const before = await losing.ledger.append(draft('seen and written'))
        expect(before.ok).toBe(true)
        expect(await toLockers(true, 'pg_terminate_backend')).toBe(1)
        expect(await taking.turns.turn(() => taking.ledger.append(draft('of the other')))).toMatchObject({ ok: true })
        return losing.ledger.append(draft('by what is not so any more'))
      })
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'ledger/not-kept' } })
      // Whoever asks again sees what the other wrote.
      expect(await losing.turns.turn(() => losing.ledger.append(draft('again')))).toMatchObject({ ok: true })
      await losing.ledger.refresh()
      expect((await entriesOf(losing.ledger)).map(({ payload }) => payload['text'])).toEqual([
        'seen and written',
        'of the other',
        'again',
      ])
      await verifyWhole(losing.ledger)
    },
  )

  test('a turn whose connection ended goes on while nobody else has had one', async () => {
    const { ledger, turns } = await server('alone')
    const outcome = await turns.turn(async () => {
      await toLockers(true, 'pg_terminate_backend')
      return ledger.append(draft('kept'))
    })
    expect(outcome).toMatchObject({ ok: true })
  })

  test('what was left running by a turn is not bound to it once it is over', async () => {
    const { ledger, turns } = await server('one')
    const release = Promise.withResolvers<undefined>()
    let later: ReturnType<Ledger['append']> | undefined
    await turns.turn(async () => {
      later = release.promise.then(() => ledger.append(draft('later')))
      return ok(undefined)
    })
    await turns.turn(async () => ok(undefined))
    release.resolve(undefined)
    expect(await later).toMatchObject({ ok: true })
  })

  test('a server that waits too long for its turn says that it is busy, and has it the next time', async () => {
    const one = await server('one')
    const two = await server('two')
    const release = Promise.withResolvers<undefined>()
    const long = one.turns.turn(async () => {
      await release.promise
      return ok('long')
    })
    await eventually(
      () => toLockers(true, 'pg_cancel_backend'),
      (holders) => holders === 1,
    )
    const waiting = two.turns.turn(async () => ok('short'))
    // As the database does it, when its time for a statement is over.
    await eventually(
      () => toLockers(false, 'pg_cancel_backend'),
      (waiters) => waiters === 1,
    )
    expect(await waiting).toMatchObject({ ok: false, failure: { code: 'ledger/busy' } })
    release.resolve(undefined)
    expect(await long).toMatchObject({ ok: true })
    expect(await two.turns.turn(async () => ok('short'))).toMatchObject({ ok: true })
  })
})
