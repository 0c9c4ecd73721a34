import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRetrievalGuard, type RetrievalGuard } from '../../application/retrieval/create-retrieval-guard.ts'
import { epochMs } from '../../base/instant.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import { memoryRetrievalSessions } from './memory-retrieval-sessions.ts'
import { pgvectorStore, type PgvectorTable } from './pgvector-store.ts'

const POSTGRES = process.env['GATEHOUSE_TEST_POSTGRES'] ?? 'postgres://root@127.0.0.1:5432/test'
const schema = `retrieval_test_${process.pid}_${Date.now()}`
const HOSTILE = `x" || true) OR ('1'='1`
const client = new Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2_000 })

async function connects(): Promise<boolean> {
  try {
    await client.connect()
    return true
  } catch {
    return false
  }
}
const hasPostgres = await connects()
const skipped = hasPostgres ? '' : ' (skipped: no PostgreSQL answers)'
const hasVector =
  hasPostgres && (await client.query(`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`)).rows.length > 0

const ROWS: readonly (readonly [string, string | null, readonly string[] | null, readonly number[]])[] = [
  ['near', 'acme', ['staff'], [1, 0]],
  ['far', 'acme', ['staff', 'board'], [0, 1]],
  ['board', 'acme', ['board'], [1, 0]],
  ['mine', 'acme', ['user:p-1'], [0.9, 0]],
  ['other', 'other', ['staff'], [1, 0]],
  ['hostile', HOSTILE, ['staff'], [1, 0]],
  ['no-tenant', null, ['staff'], [1, 0]],
  ['no-acl', 'acme', null, [1, 0]],
]

beforeAll(async () => {
  if (!hasPostgres) return
  await client.query(`CREATE SCHEMA ${schema}`)
  await client.query(
    `CREATE TABLE ${schema}.chunks (id text PRIMARY KEY, tenant text, acl text[], body text, embedding float8[], label jsonb)`,
  )
  for (const [id, tenant, acl, embedding] of ROWS)
    await client.query(`INSERT INTO ${schema}.chunks VALUES ($1, $2, $3, $4, $5, $6)`, [
      id,
      tenant,
      acl,
      `text of ${id}`,
      embedding,
      JSON.stringify({ integrity: 'curated', confidentiality: 'tenant' }),
    ])
})
afterAll(async () => {
  if (!hasPostgres) return
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await client.end()
})

const TABLE: PgvectorTable = {
  schema,
  table: 'chunks',
  id: 'id',
  text: 'body',
  vector: 'embedding',
  label: 'label',
  distance: 'float-array',
}
const SUBJECT: Subject = { tenant: 'acme', principal: 'p-1', roles: ['staff'], session: 's' }

function guard(table = TABLE): RetrievalGuard {
  const made = createRetrievalGuard(
    {
      organization: 'local',
      system: 's',
      multiTenant: true,
      retriever: {
        id: 'kb',
        source: { kind: 'pgvector' },
        tenantField: 'tenant',
        aclField: 'acl',
        label: { integrity: 'curated', confidentiality: 'internal' },
      },
    },
    {
      store: pgvectorStore(client, table),
      sessions: memoryRetrievalSessions(() => epochMs(0)),
      clock: () => epochMs(0),
      hmac: (purpose, text) => `${purpose}:${text}`,
    },
  )
  if (!made.ok) throw new Error(made.failure.message)
  return made.value
}

async function found(subject: Subject, table = TABLE): Promise<readonly string[]> {
  const answer = await guard(table).retrieve(subject, { vector: [1, 0] })
  if (!answer.ok) throw new Error(answer.failure.message)
  // The database has filtered: the second look had nothing to deny.
  expect(answer.value.decision.denied).toEqual({})
  return answer.value.chunks.map(({ id }) => id)
}

test.skipIf(!hasPostgres)(`PostgreSQL filters by tenant and permission and sorts by distance${skipped}`, async () => {
  expect(await found(SUBJECT)).toEqual(['near', 'mine', 'far'])
  expect(await found({ ...SUBJECT, roles: ['board'], principal: 'p-2' })).toEqual(['board', 'far'])
})

test.skipIf(!hasPostgres)(`a tenant named like a piece of SQL is a name to PostgreSQL${skipped}`, async () => {
  expect(await found({ ...SUBJECT, tenant: HOSTILE })).toEqual(['hostile'])
  expect(await found({ ...SUBJECT, roles: [`staff'} OR true --`], principal: 'p-2' })).toEqual([])
})

test.skipIf(!hasPostgres)(`a table that is not there is a failure${skipped}`, async () => {
  expect(await guard({ ...TABLE, table: 'absent' }).retrieve(SUBJECT, { vector: [1, 0] })).toMatchObject({
    ok: false,
    failure: { code: 'retrieval/store' },
  })
})

test.skipIf(!hasVector)(
  `the vector operators of pgvector find the same chunks${hasVector ? '' : ' (skipped: PostgreSQL has no pgvector extension)'}`,
  async () => {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector')
    await client.query(`ALTER TABLE ${schema}.chunks ADD COLUMN place vector(2)`)
    await client.query(`UPDATE ${schema}.chunks SET place = embedding::vector`)
    expect(await found(SUBJECT, { ...TABLE, vector: 'place', distance: 'l2' })).toEqual(['near', 'mine', 'far'])
  },
)
