import { sql, type Kysely } from 'kysely'
import type { StorageReport } from '../../application/state/storage-report.ts'
import { doneMigrations, pendingMigrations } from './migrations.ts'
import type { Database } from './schema.ts'

type Figures = Pick<
  StorageReport,
  'schemaVersion' | 'pendingMigrations' | 'rowSecurity' | 'databaseBytes' | 'tables'
> & { readonly where: string }

/** What the database says of itself to the role that owns its tables. */
export async function storageFigures(owner: Kysely<never>): Promise<Figures> {
  const pending = await pendingMigrations(owner)
  const had = await doneMigrations(owner)
  const { rows } = await sql<{ name: string; bytes: string; rows: string; closed: boolean; shared: boolean }>`
    select c.relname as name, pg_total_relation_size(c.oid) as bytes, greatest(c.reltuples, 0)::bigint as rows,
      c.relrowsecurity as closed, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
      ) as shared
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by c.relname`.execute(
    owner,
  )
  const { rows: places } = await sql<{ name: string; schema: string }>`
    select current_database() as name, current_schema() as schema`.execute(owner)
  const openTables = rows.filter(({ closed, shared }) => shared && !closed).map(({ name }) => name)
  return {
    where: `database ${places[0]?.name ?? ''}, schema ${places[0]?.schema ?? ''}`,
    schemaVersion: had.at(-1) ?? null,
    pendingMigrations: pending,
    rowSecurity: { isOn: openTables.length === 0 && rows.some(({ shared }) => shared), openTables },
    databaseBytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    tables: rows
      .filter(({ name }) => !name.startsWith('kysely_migration'))
      .map(({ name, bytes, rows: count }) => ({ name, bytes: Number(bytes), rows: Number(count) })),
  }
}

/** The owner's view through the one connection of an embedded database, which is the application's otherwise. */
export function asEmbeddedOwner<Value>(
  db: Kysely<Database>,
  work: (owner: Kysely<never>) => Promise<Value>,
): Promise<Value> {
  return db.transaction().execute(async (transaction) => {
    await sql`set local role none`.execute(transaction)
    return work(transaction as unknown as Kysely<never>)
  })
}

/** Whether other organizations have records in the same tables: sizes would tell of them. */
export async function isShared(owner: Kysely<never>, organization: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select exists (select from projection where organization_id <> ${organization}) as there`.execute(owner)
  return rows[0]?.there !== false
}

/** Entries that records and ledger tables of an organization hold, as their owner sees them; zero before the first migration. */
export async function entriesInTables(
  owner: Kysely<never>,
  organization: string,
): Promise<{ readonly entries: number; readonly projected: number }> {
  const { rows: there } = await sql<{ ledger: boolean; projection: boolean }>`
    select to_regclass('ledger_entries') is not null as ledger, to_regclass('projection') is not null as projection`.execute(
    owner,
  )
  const one = async (query: ReturnType<typeof sql<{ n: string | null }>>): Promise<number> =>
    Number((await query.execute(owner)).rows[0]?.n ?? 0)
  return {
    entries:
      there[0]?.ledger === true
        ? await one(sql`select max(index) + 1 as n from ledger_entries where organization_id = ${organization}`)
        : 0,
    projected:
      there[0]?.projection === true
        ? await one(sql`select entries as n from projection where organization_id = ${organization}`)
        : 0,
  }
}
