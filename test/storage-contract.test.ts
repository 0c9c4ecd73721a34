import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPglite } from '../src/adapters/storage/open-pglite.ts'
import { openPostgres } from '../src/adapters/storage/open-postgres.ts'
import { sqlRecordStore } from '../src/adapters/storage/sql-record-store.ts'
import type { RecordStore, StateRecord } from '../src/application/state/records.ts'
import { epochMs } from '../src/base/instant.ts'

const POSTGRES = process.env['GATEHOUSE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'
const schema = `gatehouse_test_${process.pid}_${Date.now()}`

async function postgresIsThere(): Promise<boolean> {
  const client = new Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query(`create schema ${schema}`)
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
const hasPostgres = await postgresIsThere()

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

function contract(open: () => Promise<(organization: string) => RecordStore>): void {
  let store: (organization: string) => RecordStore
  beforeAll(async () => {
    store = await open()
  })
  afterAll(() => store('one').close())

  test('a record comes back as it was put, and a second put replaces it', async () => {
    const one = store('one')
    const nested = { deep: [1, null, 'ü', { '⟦': true }] }
    await one.apply(0, [{ kind: 'releases', record: record({ document: nested }) }])
    expect(await one.get('releases', 'a')).toEqual(record({ document: nested }))
    await one.apply(1, [{ kind: 'releases', record: record({ status: 'closed' }) }])
    expect((await one.get('releases', 'a'))?.status).toBe('closed')
    expect(await one.cursor()).toBe(2)
  })

  test('an organization never sees the records or the cursor of another', async () => {
    const two = store('two')
    expect(await two.get('releases', 'a')).toBeUndefined()
    expect(await two.list('releases', {})).toEqual([])
    expect(await two.cursor()).toBe(0)
  })

  test('lists are filtered, bounded and newest first', async () => {
    const one = store('one')
    const puts = [1, 2, 3, 4, 5].map((at) => ({
      kind: 'decisions' as const,
      record: record({ id: `d${at}`, at: epochMs(at), topic: at % 2 ? 'odd' : 'even' }),
    }))
    await one.apply(2, puts)
    expect((await one.list('decisions', { limit: 2 })).map(({ id }) => id)).toEqual(['d5', 'd4'])
    expect((await one.list('decisions', { topic: 'odd', before: epochMs(5) })).map(({ id }) => id)).toEqual([
      'd3',
      'd1',
    ])
    expect((await one.list('decisions', { since: epochMs(4) })).map(({ id }) => id)).toEqual(['d5', 'd4'])
    expect((await one.list('decisions', { status: 'gone' })).length).toBe(0)
  })

  test('every character of a text is kept, also the one that the database has no room for', async () => {
    const one = store('one')
    const id = 'nul \u0000 and \ue000 \ue0000 \ue000e \\u0000'
    const document = { [id]: [id, { deep: `${id}${id}` }], empty: null, number: 1 }
    await one.apply(4, [{ kind: 'risks', record: record({ id, topic: id, system: id, document }) }])
    const [found] = await one.list('risks', { topic: id, system: id })
    expect(found).toEqual(await one.get('risks', id))
    expect([found?.id, found?.topic, found?.system, found?.document]).toEqual([id, id, id, document])
  })

  test('text that looks like SQL stays text', async () => {
    const one = store('one')
    const id = "'; drop table releases; --"
    await one.apply(3, [{ kind: 'risks', record: record({ id, document: { id } }) }])
    expect((await one.get('risks', id))?.document).toEqual({ id })
  })
}

describe('embedded database', () => {
  let folder: string
  contract(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-db-'))
    const db = await openPglite(join(folder, 'db'), () => 'aside')
    return (organization) => sqlRecordStore(db, organization)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
})

describe.skipIf(!hasPostgres)(
  `PostgreSQL${hasPostgres ? '' : ' (skipped: none answers; set GATEHOUSE_TEST_POSTGRES)'}`,
  () => {
    contract(async () => {
      const db = await openPostgres(POSTGRES, schema)
      return (organization) => sqlRecordStore(db, organization)
    })
    afterAll(async () => {
      const client = new Client({ connectionString: POSTGRES })
      await client.connect()
      await client.query(`drop schema ${schema} cascade`)
      await client.end()
    })
  },
)

test('in CI the PostgreSQL half is never skipped', () => {
  if (process.env['CI'] === 'true') expect(hasPostgres).toBe(true)
})
