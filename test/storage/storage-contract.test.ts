import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import { sqlRecordStore } from '../../src/adapters/storage/sql-record-store.ts'
import { listAll } from '../../src/application/state/list-all.ts'
import { RECORD_KINDS, type RecordStore, type StateRecord } from '../../src/application/state/records.ts'
import { parseDigest } from '../../src/base/digest.ts'
import { epochMs } from '../../src/base/instant.ts'
import { ENGINES, type TestDatabase } from '../support/databases.ts'

function record(overrides: Partial<StateRecord>): StateRecord {
  return {
    id: 'a',
    system: 's',
    releaseDigest: null,
    status: 'open',
    topic: 't',
    at: epochMs(1_000),
    document: { text: 'x' },
    ...overrides,
  }
}

/** Applies records behind whatever the organization has. */
async function put(store: RecordStore, kind: (typeof RECORD_KINDS)[number], records: readonly StateRecord[]) {
  const index = await store.cursor()
  expect(
    await store.apply(
      index,
      records.map((one) => ({ kind, record: one })),
    ),
  ).toBe(true)
}

describe.each(ENGINES)('the record store on the $engine', ({ isThere, open }) => {
  // Skipped, and said so by the set-up, only where no PostgreSQL is to be had.
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)
  let database: TestDatabase
  let store: (organization: string) => RecordStore
  beforeAll(async () => {
    database = await open()
    store = (organization) => sqlRecordStore(database.db, organization)
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test('a record comes back as it was put, and a second put replaces it', async () => {
    const one = store('replaces')
    const nested = { deep: [1, null, 'ü', { '⟦': true }] }
    await put(one, 'releases', [record({ document: nested })])
    expect(await one.get('releases', 'a')).toEqual(record({ document: nested }))
    await put(one, 'releases', [record({ status: 'closed' })])
    expect((await one.get('releases', 'a'))?.status).toBe('closed')
    expect(await one.cursor()).toBe(2)
  })

  test('an entry is applied once: at the cursor, not before it and not after it', async () => {
    const one = store('cursor')
    await put(one, 'risks', [record({ status: 'first' })])
    const again = [{ kind: 'risks' as const, record: record({ status: 'again' }) }]
    expect([await one.apply(0, again), await one.apply(2, again)]).toEqual([false, false])
    expect((await one.get('risks', 'a'))?.status).toBe('first')
    const answers = await Promise.all([1, 2, 3, 4].map(() => one.apply(1, again)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await one.cursor()).toBe(2)
  })

  test('of two changes of one record in one entry the later counts', async () => {
    const one = store('twice')
    await put(one, 'risks', [record({ status: 'first' }), record({ status: 'second' })])
    expect((await one.get('risks', 'a'))?.status).toBe('second')
  })

  test('counts follow each change, and no row says zero', async () => {
    const one = store('counts')
    await put(one, 'risks', [record({ id: 'a' }), record({ id: 'b' }), record({ id: 'c', system: 'u' })])
    await put(one, 'risks', [record({ id: 'a', status: 'closed' }), record({ id: 'c', system: 'v' })])
    expect(await one.tally('risks')).toEqual([
      { system: 's', status: 'closed', count: 1 },
      { system: 's', status: 'open', count: 1 },
      { system: 'v', status: 'open', count: 1 },
    ])
    expect(await one.tally('risks', 'v')).toEqual([{ system: 'v', status: 'open', count: 1 }])
    expect([await one.count('risks'), await one.count('alerts')]).toEqual([3, 0])
    await one.reset()
    expect([await one.tally('risks'), await one.count('risks')]).toEqual([[], 0])
  })

  test('what is due comes by day, from a place on, and goes when it is seen to', async () => {
    const one = store('due')
    const risk = (id: string, dueAt: number, overrides: Partial<StateRecord> = {}): StateRecord =>
      record({ id, document: { dueAt, acceptance: { expiresAt: 70 } }, ...overrides })
    await put(one, 'risks', [
      risk('b', 50),
      risk('a', 50),
      risk('late', 900),
      risk('carried', 10, { status: 'accepted' }),
    ])
    await put(one, 'findings', [record({ id: 'f', document: { dueAt: 60 } }), record({ id: 'none', document: {} })])
    await put(one, 'alerts', [record({ id: 'never', document: { dueAt: 1 } })])
    const by = async (limit: number, after?: Parameters<RecordStore['due']>[1]['after']) =>
      (await one.due(epochMs(100), { after, limit })).map(({ kind, id, dueAt }) => `${kind} ${id} ${dueAt}`)
    expect(await by(10)).toEqual(['risks a 50', 'risks b 50', 'findings f 60', 'risks carried 70'])
    expect(await by(2, { dueAt: epochMs(50), kind: 'risks', id: 'a' })).toEqual(['risks b 50', 'findings f 60'])
    await put(one, 'risks', [risk('a', 50, { status: 'mitigated' }), risk('b', 40)])
    expect(await by(10)).toEqual(['risks b 40', 'findings f 60', 'risks carried 70'])
    expect(await store('due-foreign').due(epochMs(100), { limit: 10 })).toEqual([])
  })

  test('a finding is found by its fingerprint, among those of its system', async () => {
    const one = store('fingerprints')
    const odd = `CVE-1 'x' \u0000 ${'ü'.repeat(5_000)}`
    const found = (id: string, fingerprint: string, system = 's'): StateRecord =>
      record({ id, system, document: { fingerprint } })
    await put(one, 'findings', [found('a', 'x'), found('b', odd), found('c', odd, 'other'), found('d', 'X')])
    const idsOf = async (system: string, fingerprint: string): Promise<readonly string[]> =>
      (await one.list('findings', { system, fingerprint })).map(({ id }) => id)
    expect(await Promise.all([idsOf('s', 'x'), idsOf('s', odd), idsOf('other', odd), idsOf('s', 'y')])).toEqual([
      ['a'],
      ['b'],
      ['c'],
      [],
    ])
    await put(one, 'findings', [found('a', 'z')])
    expect(await Promise.all([idsOf('s', 'x'), idsOf('s', 'z')])).toEqual([[], ['a']])
  })

  test('only the members that are asked for come back, absent ones absent and null ones null', async () => {
    const one = store('parts')
    const document = { a: { deep: ['\u0000', '\ue000'] }, b: null, 'c"\'': 1, d: 'unasked' }
    await put(one, 'verdicts', [record({ document })])
    const parts = ['a', 'b', 'c"\'', 'absent']
    const { d: _, ...asked } = document
    expect((await one.list('verdicts', { parts }))[0]?.document).toEqual(asked)
    expect((await one.newestOfEach('verdicts', parts))[0]?.document).toEqual(asked)
    expect((await one.list('verdicts', { parts: [] }))[0]?.document).toEqual({})
    expect((await one.get('verdicts', 'a'))?.document).toEqual(document)
  })

  test('an organization never sees the records or the cursor of another', async () => {
    await put(store('one'), 'releases', [record({})])
    const two = store('two')
    expect(await two.get('releases', 'a')).toBeUndefined()
    expect(await two.getMany('releases', ['a'])).toEqual([])
    expect(await two.list('releases', {})).toEqual([])
    expect(await two.count('releases')).toBe(0)
    expect(await two.tally('releases')).toEqual([])
    expect(await two.newestOfEach('releases')).toEqual([])
    expect(await two.cursor()).toBe(0)
    await two.reset()
    expect(await store('one').get('releases', 'a')).toBeDefined()
  })

  test('raw SQL without an organization, or with another, sees, changes and adds nothing', async () => {
    await put(store('raw'), 'releases', [record({})])
    const { db } = database
    const count = (from: Kysely<never>) => sql<{ n: string }>`select count(*) as n from releases`.execute(from)
    const seen = async (organization: string) =>
      inOrganization(db, organization, async (transaction) => {
        const { rows } = await count(transaction as unknown as Kysely<never>)
        const changed = await sql`update releases set status = 'taken'`.execute(transaction)
        const deleted = await sql`delete from releases`.execute(transaction)
        return [Number(rows[0]?.n), Number(changed.numAffectedRows ?? 0), Number(deleted.numAffectedRows ?? 0)]
      })
    expect(Number((await count(db as unknown as Kysely<never>)).rows[0]?.n)).toBe(0)
    expect(await seen('foreign')).toEqual([0, 0, 0])
    expect(await seen('')).toEqual([0, 0, 0])
    expect((await store('raw').get('releases', 'a'))?.status).toBe('open')
    await expect(
      inOrganization(db, 'foreign', (transaction) =>
        sql`insert into projection (organization_id, entries) values ('raw2', 1)`.execute(transaction),
      ),
    ).rejects.toThrow(/row-level security/)
    await expect(sql`insert into projection (organization_id, entries) values ('raw2', 1)`.execute(db)).rejects.toThrow(
      /row-level security/,
    )
  })

  test('the application owns no table, and cannot switch row-level security off', async () => {
    const { db } = database
    await expect(sql`alter table releases disable row level security`.execute(db)).rejects.toThrow(/must be owner/)
    await expect(sql`drop policy releases_of_organization on releases`.execute(db)).rejects.toThrow(/must be owner/)
  })

  test('what an organization wrote in its ledger, it can neither change nor delete', async () => {
    const { db } = database
    await inOrganization(db, 'ledger', (transaction) =>
      transaction
        .insertInto('ledger_entries')
        .values({ organization_id: 'ledger', index: 0, id: 'x', epoch: 1, leaf: '{}', salt: '', payload: '{}' })
        .execute(),
    )
    for (const statement of [sql`update ledger_entries set payload = ''`, sql`delete from ledger_entries`])
      await expect(inOrganization(db, 'ledger', (transaction) => statement.execute(transaction))).rejects.toThrow(
        /permission denied/,
      )
  })

  test('lists are filtered, bounded and newest first', async () => {
    const one = store('lists')
    const releaseDigest = parseDigest(`sha256:${'a'.repeat(64)}`)!
    await put(
      one,
      'decisions',
      [1, 2, 3, 4, 5].map((at) =>
        record({
          id: `d${at}`,
          at: epochMs(at),
          topic: at % 2 ? 'odd' : 'even',
          releaseDigest: at === 2 ? releaseDigest : null,
        }),
      ),
    )
    const ids = async (filter: Parameters<RecordStore['list']>[1]) =>
      (await one.list('decisions', filter)).map(({ id }) => id)
    expect(await ids({ limit: 2 })).toEqual(['d5', 'd4'])
    expect(await ids({ topic: 'odd', before: epochMs(5) })).toEqual(['d3', 'd1'])
    expect(await ids({ since: epochMs(4) })).toEqual(['d5', 'd4'])
    expect(await ids({ releaseDigest })).toEqual(['d2'])
    expect(await ids({ status: 'gone' })).toEqual([])
    expect(await ids({ limit: 1_000_000 })).toHaveLength(5)
  })

  test('pages go through records of one millisecond, each once, whatever is added meanwhile', async () => {
    const one = store('pages')
    const ids = Array.from({ length: 25 }, (_, count) => `d${String(count).padStart(2, '0')}`)
    await put(
      one,
      'decisions',
      ids.map((id) => record({ id, at: epochMs(7) })),
    )
    const seen: string[] = []
    for (let after: StateRecord | undefined, page = 0; ; page++) {
      const records = await one.list('decisions', { limit: 4, after })
      if (records.length === 0) break
      seen.push(...records.map(({ id }) => id))
      after = records.at(-1)
      await put(one, 'decisions', [record({ id: `new ${page}`, at: epochMs(8 + page) })])
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('a list that decides is read whole', async () => {
    const one = store('whole')
    const all = Array.from({ length: 2_300 }, (_, count) => record({ id: `r${count}`, at: epochMs(count >> 4) }))
    await put(one, 'deny_records', all)
    const found = await listAll(one, 'deny_records', {})
    expect(new Set(found.map(({ id }) => id)).size).toBe(2_300)
    expect(found).toHaveLength(2_300)
  })

  test('records are counted by system and status, and the newest of each system is found', async () => {
    const one = store('tally')
    await put(one, 'verdicts', [
      record({ id: '1', system: 'b', at: epochMs(1) }),
      record({ id: '2', system: 'b', at: epochMs(2), status: 'closed' }),
      record({ id: '3', system: 'a', at: epochMs(1) }),
      record({ id: '4', system: 'b', at: epochMs(1) }),
    ])
    expect(await one.tally('verdicts')).toEqual([
      { system: 'a', status: 'open', count: 1 },
      { system: 'b', status: 'closed', count: 1 },
      { system: 'b', status: 'open', count: 2 },
    ])
    expect((await one.newestOfEach('verdicts')).map(({ id }) => id)).toEqual(['3', '2'])
    expect(await one.newestOfEach('incidents')).toEqual([])
  })

  test('every character of a text is kept, also the one that the database has no room for', async () => {
    const one = store('characters')
    const id = 'nul \u0000 and \ue000 \ue0000 \ue000e \\u0000'
    const document = { [id]: [id, { deep: `${id}${id}` }], empty: null, number: 1 }
    const whole = record({ id, topic: id, system: id, document })
    await put(one, 'risks', [whole])
    expect(await one.list('risks', { topic: id, system: id })).toEqual([whole])
    expect(await one.get('risks', id)).toEqual(whole)
    expect(await one.list('risks', { after: { at: epochMs(1_001), id } })).toEqual([whole])
    expect(await one.list('risks', { after: whole })).toEqual([])
  })

  test('text that looks like SQL stays text', async () => {
    const one = store('injection')
    const id = "'; drop table releases; --"
    await put(one, 'risks', [record({ id, document: { id } })])
    expect((await one.get('risks', id))?.document).toEqual({ id })
    const named = store("o'; set role postgres; --")
    await put(named, 'risks', [record({})])
    expect(await named.count('risks')).toBe(1)
  })
})
