import { sql, type Kysely } from 'kysely'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrate, MIGRATIONS, pendingMigrations } from '../../src/adapters/storage/migrations.ts'
import { asOwner, openAsApplication, openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import { ensureAppRole } from '../../src/adapters/storage/row-security.ts'
import type { Database } from '../../src/adapters/storage/schema.ts'
import { sqlRecordStore } from '../../src/adapters/storage/sql-record-store.ts'
import { RECORD_KINDS, type RecordKind, type RecordPut } from '../../src/application/state/records.ts'
import { epochMs } from '../../src/base/instant.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { bareEmbedded, describeSchema, onPostgres, POSTGRES, postgresSchema } from '../support/databases.ts'

const DUMPS = join(import.meta.dirname, 'dumps')
const GOLDEN = join(import.meta.dirname, '..', 'golden', 'schema.txt')
const dumps = (await readdir(DUMPS)).map((name) => name.replace('.sql', ''))

async function withOwner(engine: string, work: (db: Kysely<never>) => Promise<void>): Promise<void> {
  if (engine === 'PostgreSQL') {
    await using schema = await postgresSchema()
    await asOwner({ connectionString: schema.url, schema: schema.schema }, work)
    return
  }
  await using db = await bareEmbedded()
  await work(db)
}

async function restoreDump(db: Kysely<never>, name: string): Promise<void> {
  await ensureAppRole(db)
  const text = await readFile(join(DUMPS, `${name}.sql`), 'utf8')
  for (const statement of text.split(/;\n/)) if (statement.trim() !== '') await sql.raw(statement).execute(db)
}

/** Also tables of later migrations: whoever forgets the helper sees this fail. */
async function everyTableIsClosed(db: Kysely<never>): Promise<void> {
  const { rows } = await sql<{ name: string; closed: boolean; mine: boolean }>`
    select relname as name, relrowsecurity as closed, exists (
      select from information_schema.columns
      where table_schema = current_schema() and table_name = relname and column_name = 'organization_id') as mine
    from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`.execute(db)
  const own = rows.filter(({ name }) => !name.startsWith('kysely_migration'))
  expect(own.filter(({ closed, mine }) => !closed || !mine)).toEqual([])
  expect(own.map(({ name }) => name)).toEqual(expect.arrayContaining([...RECORD_KINDS]))
}

describe.each(['embedded database', 'PostgreSQL'])('the schema on the %s', (engine) => {
  if (engine === 'PostgreSQL' && POSTGRES === undefined)
    return test.skip('skipped: no PostgreSQL answers', () => undefined)

  test('is the one of the golden file', () =>
    withOwner(engine, async (db) => {
      expect(await migrate(db)).toEqual(Object.keys(MIGRATIONS))
      expect(await pendingMigrations(db)).toEqual([])
      await expect(await describeSchema(db)).toMatchFileSnapshot(GOLDEN)
      await everyTableIsClosed(db)
    }))

  test.each(dumps)('is the same after an upgrade from %s, with the rows that were there', (name) =>
    withOwner(engine, async (db) => {
      await restoreDump(db, name)
      const names = Object.keys(MIGRATIONS)
      expect(await migrate(db)).toEqual(names.slice(names.indexOf(name) + 1))
      await expect(await describeSchema(db)).toMatchFileSnapshot(GOLDEN)
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from releases`.execute(db)
      expect(rows[0]?.n).toBe(2)
    }),
  )
})

/** Rows as they were before there were sums: of every shape that a sum is made of. */
const UNSUMMED: readonly RecordPut[] = [
  put('risks', 'r-1', 'treating', {
    kind: 'person',
    dueAt: 5,
    severity: 'low',
    treatment: 'treating',
    acceptance: null,
    history: [note(1, 'open'), note(2, 'treating')],
  }),
  put('risks', 'r-2', 'accepted', {
    kind: 'rule',
    dueAt: 5,
    severity: 'high',
    treatment: 'accepted',
    acceptance: { expiresAt: 9, reason: 'r' },
    history: [],
  }),
  put('risks', 'r-3', 'accepted', {
    kind: 'rule',
    dueAt: 5,
    severity: 'high',
    treatment: 'accepted',
    acceptance: null,
    history: [note(1, 'accepted')],
  }),
  put('risks', 'r-4', 'mitigated', {
    source: 'rule GH-INJ-001',
    dueAt: 5,
    severity: 'high',
    treatment: 'mitigated',
    openedAt: 1,
    closedAt: 4,
  }),
  put('risks', 'r-5', 'open', {
    source: 'rule GH-INJ-001',
    dueAt: 5,
    severity: 'high',
    treatment: 'open',
    openedAt: 1,
    closedAt: null,
  }),
  put('findings', 'f-1', 'open', { dueAt: 7 }),
  put('findings', 'f-2', 'closed', { dueAt: 7 }),
  put('intake_requests', 'i-1', 'in-review', { dueAt: 8 }),
  put('intake_requests', 'i-2', 'withdrawn', { dueAt: 8 }),
  put('incidents', 'n-1', 'open', {}),
]

function note(at: number, state: string): JsonObject {
  return { at, who: 'zoe', what: 'w', state, level: 'low' }
}

// oxlint-disable-next-line max-params -- a row in words
function put(kind: RecordKind, id: string, status: string, document: JsonObject): RecordPut {
  return { kind, record: { id, system: 's', releaseDigest: null, status, topic: 't', at: epochMs(1), document } }
}

describe.each(['embedded database', 'PostgreSQL'])('sums on the %s', (engine) => {
  if (engine === 'PostgreSQL' && POSTGRES === undefined)
    return test.skip('skipped: no PostgreSQL answers', () => undefined)

  test('are of an upgraded state what they are of one that was built with them', () =>
    withOwner(engine, async (db) => {
      await migrate(db, '0013_prompt_labels_and_drafts')
      for (const { kind, record } of UNSUMMED)
        await sql`insert into ${sql.table(kind)} (organization_id, id, system, status, topic, at, document) values
          ('upgraded', ${record.id}, 's', ${record.status}, 't', 1, ${JSON.stringify(record.document)}::text::jsonb)`.execute(
          db,
        )
      await migrate(db)
      expect(await sqlRecordStore(db as unknown as Kysely<Database>, 'built').apply(0, UNSUMMED)).toBe(true)
      for (const table of ['record_counts', 'record_deadlines', 'record_excerpts']) {
        const rowsOf = async (organization: string): Promise<readonly string[]> =>
          (
            await sql<{ line: string }>`select (to_jsonb(one) - 'organization_id')::text as line
              from ${sql.table(table)} as one where organization_id = ${organization} order by 1`.execute(db)
          ).rows.map(({ line }) => line)
        expect(await rowsOf('upgraded')).toEqual(await rowsOf('built'))
        expect((await rowsOf('built')).length).toBeGreaterThan(3)
      }
    }))
})

test('every migration but the newest has a dump of the schema that it left', () => {
  expect(dumps.toSorted()).toEqual(Object.keys(MIGRATIONS).slice(0, -1))
})

describe.skipIf(POSTGRES === undefined)('connections of the application to PostgreSQL', () => {
  test('stay under row-level security after `reset role`', async () => {
    await using schema = await postgresSchema()
    const db = await openPostgres({ connectionString: schema.url, schema: schema.schema })
    const { rows } = await db.connection().execute(async (connection) => {
      await sql`reset role`.execute(connection)
      return sql<{ role: string }>`select current_user as role`.execute(connection)
    })
    expect(rows[0]?.role).toBe('gatehouse_app')
    await db.destroy()
  })

  test('end a statement that takes too long', async () => {
    await using schema = await postgresSchema()
    const db = await openPostgres({ connectionString: schema.url, schema: schema.schema })
    const { rows } = await sql<{ bound: string }>`select current_setting('statement_timeout') as bound`.execute(db)
    expect(rows[0]?.bound).toBe('30s')
    await db.destroy()
  })

  test('are refused when the role owns the tables', async () => {
    await using schema = await postgresSchema()
    const options = { connectionString: schema.url, schema: schema.schema }
    await (await openPostgres(options)).destroy()
    await onPostgres(`alter table ${schema.schema}.releases owner to gatehouse_app`)
    await expect(openAsApplication(options)).rejects.toThrow(/owns the tables/)
  })

  test('start while other schemas of the database are dropped', async () => {
    await using schema = await postgresSchema()
    const options = { connectionString: schema.url, schema: schema.schema }
    let isOver = false
    const droppings = (async () => {
      for (let at = 0; !isOver; at++) {
        const other = `${schema.schema}_x${at}`
        await asOwner(options, async (db) => {
          await sql`create schema ${sql.ref(other)}`.execute(db)
          await sql`create table ${sql.table(`${other}.t`)} (id serial)`.execute(db)
          await sql`drop schema ${sql.ref(other)} cascade`.execute(db)
        })
      }
    })()
    const opened = await openPostgres(options)
    await opened.destroy()
    isOver = true
    await droppings
    expect(await asOwner(options, (db) => pendingMigrations(db as never))).toEqual([])
  })

  test('that start together migrate once', async () => {
    await using schema = await postgresSchema()
    const options = { connectionString: schema.url, schema: schema.schema }
    const opened = await Promise.all([1, 2, 3].map(() => openPostgres(options)))
    await Promise.all(opened.map((db) => db.destroy()))
    const { rows } = await asOwner(options, (db) =>
      sql<{ n: number }>`select count(*)::int as n from kysely_migration`.execute(db),
    )
    expect(rows[0]?.n).toBe(Object.keys(MIGRATIONS).length)
  })
})
