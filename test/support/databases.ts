import { Kysely, PGliteDialect, sql } from 'kysely'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import { jobSchemaOf } from '../../src/adapters/jobs/job-schema.ts'
import { openPglite } from '../../src/adapters/storage/open-pglite.ts'
import { openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import type { Database } from '../../src/adapters/storage/schema.ts'
import { tempFolder } from './temp-folder.ts'

/** Set by `postgres-setup.ts`; absent where no PostgreSQL is to be had. */
export const POSTGRES = process.env['GATEHOUSE_TEST_POSTGRES']

export interface TestDatabase extends AsyncDisposable {
  readonly db: Kysely<Database>
}

/** A schema of its own on the tests' PostgreSQL, dropped at the end. */
export async function postgresSchema(): Promise<AsyncDisposable & { readonly url: string; readonly schema: string }> {
  if (POSTGRES === undefined) throw new Error('no PostgreSQL answers')
  const schema = `gatehouse_storage_${process.pid}_${randomBytes(6).toString('hex')}`
  await onPostgres(`create schema ${schema}`)
  return { url: POSTGRES, schema, [Symbol.asyncDispose]: () => onPostgres(...dropOf(schema)) }
}

/** Drops a schema and those of the job queues beside it. */
export function dropOf(schema: string, organizations: readonly string[] = ['local', 'own', 'foreign', 'o']): string[] {
  return [schema, ...organizations.map((organization) => jobSchemaOf(schema, organization))].map(
    (name) => `drop schema if exists ${name} cascade`,
  )
}

export async function onPostgres(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: POSTGRES })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function embedded(): Promise<TestDatabase> {
  const folder = await tempFolder()
  const db = await openPglite(join(folder.path, 'db'), () => 'aside')
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function postgres(): Promise<TestDatabase> {
  const { url, schema, [Symbol.asyncDispose]: drop } = await postgresSchema()
  const db = await openPostgres({ connectionString: url, schema })
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await drop()
    },
  }
}

export const ENGINES = [
  { engine: 'embedded database', isThere: true, open: embedded },
  { engine: 'PostgreSQL', isThere: POSTGRES !== undefined, open: postgres },
] as const

/** An embedded database in memory that nothing has migrated yet. */
export async function bareEmbedded(): Promise<Kysely<never> & AsyncDisposable> {
  const { PGlite } = await import('@electric-sql/pglite')
  const db = new Kysely<never>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) })
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.destroy() })
}

/** The schema as text: tables, columns, keys, indexes, policies and what the application's role may do. */
export async function describeSchema(db: Kysely<never>): Promise<string> {
  const rowsOf = async (query: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> =>
    (await query.execute(db)).rows.map(({ line }) => line)
  const tables = await rowsOf(sql<{ line: string }>`
    select c.relname || case when c.relrowsecurity then ' (row-level security)' else '' end as line
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by c.relname`)
  const columns = await rowsOf(sql<{ line: string }>`
    select table_name || '.' || column_name || ' ' || data_type
      || case when is_nullable = 'NO' then ' not null' else '' end
      || case when is_identity = 'YES' then ' identity' else '' end as line
    from information_schema.columns where table_schema = current_schema() order by table_name, ordinal_position`)
  const indexes = await rowsOf(sql<{ line: string }>`
    select indexname || ' on ' || tablename || substring(indexdef from ' USING .*$') as line
    from pg_indexes where schemaname = current_schema() order by indexname`)
  const policies = await rowsOf(sql<{ line: string }>`
    select tablename || ' ' || cmd || ' using ' || qual || ' with check ' || coalesce(with_check, '') as line
    from pg_policies where schemaname = current_schema() order by tablename, policyname`)
  const grants = await rowsOf(sql<{ line: string }>`
    select table_name || ' ' || string_agg(lower(privilege_type), ', ' order by privilege_type) as line
    from information_schema.role_table_grants
    where table_schema = current_schema() and grantee = 'gatehouse_app' group by table_name order by table_name`)
  return Object.entries({ tables, columns, indexes, policies, grants })
    .map(([title, lines]) => `# ${title}\n${lines.join('\n')}\n`)
    .join('\n')
}
