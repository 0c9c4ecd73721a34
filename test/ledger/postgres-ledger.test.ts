import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/application/ledger/ledger.ts'
import { onPostgres, POSTGRES } from '../support/databases.ts'
import { appendOrThrow, draft, entriesOf, signerOf, verifyWhole } from '../support/file-ledger-fixture.ts'
import { openedLedger, postgresPlace } from '../support/ledger-engines.ts'
import { eventually } from '../support/temp-folder.ts'

describe.skipIf(POSTGRES === undefined)('the ledger in PostgreSQL', () => {
  let place: Awaited<ReturnType<typeof postgresPlace>>
  beforeEach(async () => {
    place = await postgresPlace()
  })
  afterEach(() => place[Symbol.asyncDispose]())

  const rows = async (query: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: POSTGRES, options: `-c search_path=${place.schema}` })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(query)).rows
    } finally {
      await client.end()
    }
  }
  const change = (statement: string): Promise<void> => onPostgres(`set search_path = ${place.schema}`, statement)

  /** Ends the connection that holds the sequencer's lock, as a crash of its server or network would. */
  const killSequencer = async (): Promise<void> => {
    await rows(`select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and a.application_name = 'gatehouse' and a.query not like '%turn%'
        and (l.classid::bigint << 32 | l.objid::bigint) =
            hashtextextended('gatehouse.sequencer/acme/' || '${place.schema}', 0)`)
  }

  test('several servers append to one history: no gap, no fork, every receipt true', async () => {
    await using one = await openedLedger(place, { holder: 'one' })
    await using two = await openedLedger(place, { holder: 'two' })
    const receipts = await Promise.all(
      Array.from({ length: 120 }, (_, count) => appendOrThrow(count % 2 ? one : two, `entry ${count}`)),
    )
    expect(receipts.map(({ index }) => index).toSorted((left, right) => left - right)).toEqual(
      receipts.map((_, index) => index),
    )
    await Promise.all([one.refresh(), two.refresh()])
    expect(one.checkpoint).toBe(two.checkpoint)
    const entries = await entriesOf(two)
    for (const receipt of receipts) expect(entries[receipt.index]).toEqual(receipt)
    await verifyWhole(one)
    expect(new Set((await rows('select distinct epoch from ledger_entries')).map(({ epoch }) => epoch)).size).toBe(1)
    expect(await rows('select * from ledger_inbox')).toEqual([])
  })

  test('the other server takes over when the sequencer closes, under a later epoch', async () => {
    const one = await openedLedger(place, { holder: 'one' })
    await appendOrThrow(one, 'by one')
    await using two = await openedLedger(place, { holder: 'two' })
    await one.close()
    await appendOrThrow(two, 'by two')
    expect(await rows('select index, epoch from ledger_entries order by index')).toEqual([
      { index: '0', epoch: '1' },
      { index: '1', epoch: '2' },
    ])
    expect(await rows('select holder from ledger_sequencers')).toEqual([{ holder: 'two' }])
  })

  test('entries under way when the sequencer loses its connection are kept once each', async () => {
    await using one = await openedLedger(place, { holder: 'one' })
    await using two = await openedLedger(place, { holder: 'two' })
    const appending: Promise<unknown>[] = []
    for (let round = 0; round < 6; round++) {
      for (let count = 0; count < 20; count++)
        appending.push(appendOrThrow(count % 2 ? one : two, `round ${round} entry ${count}`))
      await killSequencer()
      await Promise.race(appending.slice(-5))
    }
    await Promise.all(appending)
    await Promise.all([one.refresh(), two.refresh()])
    const texts = (await entriesOf(one)).map(({ payload }) => payload['text'])
    expect(texts).toHaveLength(120)
    expect(new Set(texts).size).toBe(120)
    await verifyWhole(two)
  })

  test('a sequencer whose epoch has passed commits nothing, although its connection still stands', async () => {
    await using one = await openedLedger(place, { holder: 'one' })
    await appendOrThrow(one, 'before')
    // What a server that took over would have done: the first one knows nothing of it yet.
    await change(`update ledger_sequencers set epoch = 40, holder = 'usurper'`)
    const appended = await appendOrThrow(one, 'after')
    // It came back as a sequencer of its own, later epoch, and wrote under that one only.
    expect(appended.index).toBe(1)
    expect(await rows('select index, epoch from ledger_entries order by index')).toEqual([
      { index: '0', epoch: '1' },
      { index: '1', epoch: '41' },
    ])
  })

  test('what another server appends is heard of without asking', async () => {
    await using one = await openedLedger(place, { holder: 'one' })
    await using two = await openedLedger(place, { holder: 'two' })
    let heard = 0
    two.onGrowth(() => (heard += 1))
    await appendOrThrow(one, 'news')
    await eventually(
      () => two.size,
      (size) => size === 1,
    )
    expect(heard).toBeGreaterThan(0)
  })

  test('an entry that no sequencer takes in time is not kept, and does not appear later', async () => {
    const client = new Client({ connectionString: POSTGRES })
    await client.connect()
    await client.query(`select pg_advisory_lock(hashtextextended('gatehouse.sequencer/acme/' || '${place.schema}', 0))`)
    await using one = await openedLedger(place, { waitMsMax: 600 })
    expect(await one.append(draft('too late'))).toMatchObject({ ok: false, failure: { code: 'ledger/not-kept' } })
    await client.end()
    const kept = await appendOrThrow(one, 'in time')
    expect(kept.index).toBe(0)
    expect((await entriesOf(one)).map(({ payload }) => payload['text'])).toEqual(['in time'])
  })

  test('drafts of the inbox that are long are taken in several groups, in their order', async () => {
    // It makes the tables.
    await (await openedLedger(place, { holder: 'before' })).close()
    const ids = [1, 2, 3, 4].map((count) => `01J0000000000000000000000${count}`)
    for (const id of ids)
      await change(
        `insert into ledger_inbox (organization_id, id, draft) values ('acme', '${id}', '{"type":"t","actor":"a",` +
          `"releaseDigest":null,"payload":{"text":"' || repeat('x', 12000000) || '"}}')`,
      )
    await using one = await openedLedger(place, { holder: 'one' })
    await eventually(
      () => rows('select * from ledger_inbox'),
      (left) => left.length === 0,
    )
    await one.refresh()
    expect((await entriesOf(one)).map(({ leaf }) => leaf.id)).toEqual(ids)
    expect(await rows('select size from ledger_checkpoints order by size')).toEqual([{ size: '2' }, { size: '4' }])
  })

  test('a row of the inbox that is no draft is thrown away and stops nothing', async () => {
    await using one = await openedLedger(place)
    await change(
      `insert into ledger_inbox (organization_id, id, draft) values ('acme', 'x', 'no json'), ('acme', 'y', '[]')`,
    )
    await appendOrThrow(one, 'goes on')
    await eventually(
      () => rows('select * from ledger_inbox'),
      (left) => left.length === 0,
    )
    expect(one.size).toBe(1)
  })

  test.each([
    { what: 'a changed payload', statement: `update ledger_entries set payload = replace(payload, 'two', 'ten')` },
    {
      what: 'a changed leaf',
      statement: `update ledger_entries set leaf = replace(leaf, 'note-taken', 'note-taker') where index = 1`,
    },
    { what: 'a missing entry', statement: `delete from ledger_entries where index = 1` },
    { what: 'a missing last entry', statement: `delete from ledger_entries where index = 2` },
    { what: 'a missing last checkpoint', statement: `delete from ledger_checkpoints where size = 3` },
    { what: 'no checkpoints', statement: `delete from ledger_checkpoints` },
    { what: 'a foreign checkpoint', statement: `update ledger_checkpoints set note = replace(note, '3', '4')` },
  ])('with $what is refused', async ({ statement }) => {
    const one = await openedLedger(place)
    for (const text of ['one', 'two', 'three']) await appendOrThrow(one, text)
    await one.close()
    await change(statement)
    expect(await place.open()).toMatchObject({ ok: false, failure: { code: 'ledger/damaged' } })
  })

  test('a server with another key is refused, and the ledger stays as it is', async () => {
    await using one: Ledger & AsyncDisposable = await openedLedger(place)
    await appendOrThrow(one, 'one')
    const refused = await place.open({ signer: signerOf(2) })
    expect(refused).toMatchObject({ ok: false, failure: { code: 'ledger/damaged' } })
    if (!refused.ok) expect(refused.failure.next).toContain('keys')
    await appendOrThrow(one, 'two')
  })
})
