import { sql, type Kysely, type Transaction } from 'kysely'

/**
 * The role that the application's queries run under. It owns no table, so row-level security holds for it; the role that
 * migrates makes it, and the application's connections take it on as they start.
 */
export const APP_ROLE = 'gatehouse_app'

/** Transaction-local setting that names the organization whose rows may be seen and written. */
export const ORGANIZATION_SETTING = 'gatehouse.organization'

type Privilege = 'select' | 'insert' | 'update' | 'delete'
const ALL_PRIVILEGES: readonly Privilege[] = ['select', 'insert', 'update', 'delete']

/**
 * Closes a table to every organization but the one of the transaction. Every migration calls this for each table that it
 * creates; the table has a column `organization_id`.
 */
export async function secureByOrganization(
  db: Kysely<unknown>,
  table: string,
  privileges: readonly Privilege[] = ALL_PRIVILEGES,
): Promise<void> {
  const name = sql.table(table)
  const policy = sql.id(`${table}_of_organization`)
  // An unset setting is null or, after an earlier transaction, empty: neither equals any organization.
  const own = sql.raw(`organization_id = nullif(current_setting('${ORGANIZATION_SETTING}', true), '')`)
  await sql`alter table ${name} enable row level security`.execute(db)
  await sql`create policy ${policy} on ${name} using (${own}) with check (${own})`.execute(db)
  await sql`grant ${sql.raw(privileges.join(', '))} on ${name} to ${sql.id(APP_ROLE)}`.execute(db)
}

/** Runs queries as the application's role, in one transaction that sees the rows of one organization. */
export function inOrganization<Tables, Value>(
  db: Kysely<Tables>,
  organization: string,
  work: (transaction: Transaction<Tables>) => Promise<Value>,
): Promise<Value> {
  return db.transaction().execute(async (transaction) => {
    await sql`select set_config(${ORGANIZATION_SETTING}, ${organization}, true)`.execute(transaction)
    return work(transaction)
  })
}

/** Any number that nothing else in the database locks. */
const ROLE_LOCK = 7_283_461_905

/** Makes the application's role if the cluster has none, and lets it into this schema. Runs as the migrating role. */
export async function ensureAppRole(db: Kysely<never>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // Servers that start together take turns.
    await sql`select pg_advisory_xact_lock(${sql.lit(ROLE_LOCK)})`.execute(transaction)
    // Roles belong to the cluster: another database of it may make the same one at the same moment.
    await sql
      .raw(
        `do $$ begin
           if not exists (select from pg_roles where rolname = '${APP_ROLE}') then
             create role ${APP_ROLE} nologin;
           end if;
         exception when duplicate_object or unique_violation then null;
         end $$`,
      )
      .execute(transaction)
    await sql
      .raw(
        `do $$ begin
           if not pg_has_role(current_user, '${APP_ROLE}', 'member') then
             execute format('grant ${APP_ROLE} to %I', current_user);
           end if;
           if not has_schema_privilege('${APP_ROLE}', current_schema(), 'usage') then
             execute format('grant usage on schema %I to ${APP_ROLE}', current_schema());
           end if;
         end $$`,
      )
      .execute(transaction)
  })
}

/** Why these connections could see rows of every organization; undefined when they cannot. */
export async function bypassOf(db: Kysely<never>): Promise<string | undefined> {
  const { rows } = await sql<{ role: string; bypasses: boolean; owned: number }>`
    select current_user as role,
      (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypasses,
      (select count(*)::int from pg_tables where schemaname = current_schema() and tableowner = current_user) as owned
  `.execute(db)
  const [row] = rows
  if (row === undefined || row.bypasses) return `the role \`${row?.role ?? ''}\` bypasses row-level security`
  return row.owned > 0 ? `the role \`${row.role}\` owns the tables` : undefined
}
