import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { secureByOrganization } from '../row-security.ts'
import { FIRST_TABLES } from './0001-records.ts'
import { GOVERNANCE_TABLES } from './0002-governance.ts'
import { ATTESTATION_TABLES } from './0003-attestations-and-packs.ts'

/** Every kind of records that there is when this runs. */
const TABLES = [
  ...FIRST_TABLES,
  ...GOVERNANCE_TABLES,
  ...ATTESTATION_TABLES,
  'api_keys',
  'workload_keys',
  'shares',
  'webhooks',
  'evaluations',
  'escalations',
  'tool_approvals',
  'intake_requests',
  'commitments',
  'prompt_labels',
  'drafts',
]

/** When a record of each kind is due, as `deadlineOf` has it, for the rows that are there already. */
const DEADLINES: Readonly<Record<string, string>> = {
  findings: `case when status not in ('closed', 'dismissed') then document->'dueAt' end`,
  risks: `case when status in ('open', 'assessed', 'treating', 'acceptance-asked') then document->'dueAt'
               when status = 'accepted' then document->'acceptance'->'expiresAt' end`,
  intake_requests: `case when status in ('in-review', 'changes-asked') then document->'dueAt' end`,
}

/** A risk's course over time, as `riskCourse` has it. Verdicts recorded before there was a register wrote no history. */
const COURSE = `jsonb_build_object(
  'treatment', document->'treatment',
  'acceptance', case when jsonb_typeof(document->'acceptance') = 'object'
    then jsonb_build_object('expiresAt', document->'acceptance'->'expiresAt') else 'null'::jsonb end,
  'dueAt', document->'dueAt',
  'severity', document->'severity',
  'history', case when document ? 'kind' then coalesce((
      select jsonb_agg(jsonb_build_object('at', note->'at', 'state', note->'state', 'level', note->'level') order by place)
      from jsonb_array_elements(document->'history') with ordinality as noted (note, place)), '[]'::jsonb)
    else jsonb_build_array(
      jsonb_build_object('at', document->'openedAt', 'state', 'open', 'level', document->'severity')
    ) || case when document->>'treatment' = 'open' then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
      'at', coalesce(nullif(document->'closedAt', 'null'::jsonb), document->'openedAt'),
      'state', document->'treatment', 'level', document->'severity')) end
    end)`

/** Counts and days that lists would otherwise have to read every record for. Kept with each change of the projection. */
export const recordSums: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('record_counts')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('total', 'int8', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_counts_pkey', ['organization_id', 'kind', 'system', 'status'])
      .execute()
    await db.schema
      .createTable('record_deadlines')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('due_at', 'int8', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_deadlines_pkey', ['organization_id', 'kind', 'id'])
      .execute()
    await db.schema
      .createIndex('record_deadlines_by_time')
      .on('record_deadlines')
      .columns(['organization_id', 'due_at', 'kind', 'id'])
      .execute()
    await db.schema
      .createTable('record_excerpts')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('excerpt', 'jsonb', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_excerpts_pkey', ['organization_id', 'kind', 'id'])
      .execute()
    await db.schema
      .createIndex('record_excerpts_by_system')
      .on('record_excerpts')
      .columns(['organization_id', 'kind', 'system', 'id'])
      .execute()
    await fill(db)
    for (const table of ['record_counts', 'record_deadlines', 'record_excerpts']) await secureByOrganization(db, table)
  },
}

async function fill(db: Kysely<unknown>): Promise<void> {
  for (const table of TABLES)
    await sql`insert into record_counts (organization_id, kind, system, status, total)
        select organization_id, ${sql.lit(table)}, system, status, count(*) from ${sql.table(table)}
        group by organization_id, system, status`.execute(db)
  for (const [table, due] of Object.entries(DEADLINES))
    await sql`insert into record_deadlines (organization_id, kind, id, due_at)
        select organization_id, ${sql.lit(table)}, id, due::text::numeric::int8 from (
          select organization_id, id, ${sql.raw(due)} as due from ${sql.table(table)}
        ) as dated where jsonb_typeof(due) = 'number'`.execute(db)
  await sql`insert into record_excerpts (organization_id, kind, id, system, excerpt)
      select organization_id, 'risks', id, system, ${sql.raw(COURSE)} from risks`.execute(db)
}
