import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { secureByOrganization } from '../row-security.ts'

/** Finished trials of evaluations that several workers share, until their results are merged. */
export const evaluationTrials: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('evaluation_trials')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('place', 'text', (column) => column.notNull())
      .addColumn('part', 'int4', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('evaluation_trials_pkey', ['organization_id', 'run', 'place'])
      .execute()
    await db.schema
      .createTable('evaluation_parts')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('part', 'int4', (column) => column.notNull())
      .addPrimaryKeyConstraint('evaluation_parts_pkey', ['organization_id', 'run', 'part'])
      .execute()
    await secureByOrganization(db, 'evaluation_trials', ['select', 'insert', 'delete'])
    await secureByOrganization(db, 'evaluation_parts', ['select', 'insert', 'delete'])
  },
}
