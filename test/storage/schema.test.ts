import { sql, type Kysely } from 'kysely'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrate, MIGRATIONS, pendingMigrations } from '../../src/adapters/storage/migrations.ts'
import { asOwner, openAsApplication, openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import { ensureAppRole } from '../../src/adapters/storage/row-security.ts'
import { RECORD_KINDS } from '../../src/application/state/records.ts'
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
