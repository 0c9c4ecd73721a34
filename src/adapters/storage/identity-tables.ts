import { sql, type ColumnDataType, type Kysely } from 'kysely'
import type { Int8 } from './column-types.ts'

/**
 * What identity keeps beside the ledger's projection: it is either short-lived or can be made again (people sign in
 * again, a repeated write is a new one). Keys and shares themselves are records of the ledger.
 */
export interface IdentityTables {
  sessions: {
    organization_id: string
    id: string
    token_hash: string
    previous_hash: string | null
    previous_until: Int8 | null
    name: string
    roles: string
    method: string
    client: string
    created_at: Int8
    used_at: Int8
    rotated_at: Int8
  }
  one_time_codes: {
    organization_id: string
    hash: string
    purpose: string
    content: string
    expires_at: Int8
  }
  credential_uses: {
    organization_id: string
    id: string
    used_at: Int8
  }
  idempotency_keys: {
    organization_id: string
    caller: string
    key: string
    fingerprint: string
    /** Null while the call runs, or when it ended without an answer. */
    answer: string | null
    created_at: Int8
    expires_at: Int8
  }
}

type Columns = Readonly<Record<string, ColumnDataType | 'text?' | 'int8?'>>

const TABLES: Readonly<Record<keyof IdentityTables, { readonly columns: Columns; readonly key: readonly string[] }>> = {
  sessions: {
    columns: {
      id: 'text',
      token_hash: 'text',
      previous_hash: 'text?',
      previous_until: 'int8?',
      name: 'text',
      roles: 'text',
      method: 'text',
      client: 'text',
      created_at: 'int8',
      used_at: 'int8',
      rotated_at: 'int8',
    },
    key: ['id'],
  },
  one_time_codes: {
    columns: { hash: 'text', purpose: 'text', content: 'text', expires_at: 'int8' },
    key: ['hash'],
  },
  credential_uses: { columns: { id: 'text', used_at: 'int8' }, key: ['id'] },
  idempotency_keys: {
    columns: {
      caller: 'text',
      key: 'text',
      fingerprint: 'text',
      answer: 'text?',
      created_at: 'int8',
      expires_at: 'int8',
    },
    key: ['caller', 'key'],
  },
}

export const IDENTITY_TABLES = Object.keys(TABLES)

const INDEXES: readonly (readonly [string, keyof IdentityTables, readonly string[], boolean])[] = [
  ['sessions_by_token', 'sessions', ['token_hash'], true],
  ['sessions_by_previous', 'sessions', ['previous_hash'], false],
  ['sessions_by_name', 'sessions', ['name', 'created_at'], false],
  ['one_time_codes_by_end', 'one_time_codes', ['expires_at'], false],
  ['idempotency_keys_by_end', 'idempotency_keys', ['expires_at'], false],
]

/** Part of one migration: never changes. */
export async function createIdentityTables(db: Kysely<unknown>): Promise<void> {
  for (const [table, { columns, key }] of Object.entries(TABLES)) {
    let builder = db.schema.createTable(table).addColumn('organization_id', 'text', (column) => column.notNull())
    for (const [name, type] of Object.entries(columns))
      builder =
        typeof type === 'string' && type.endsWith('?')
          ? builder.addColumn(name, sql.raw(type.slice(0, -1)))
          : builder.addColumn(name, type as ColumnDataType, (column) => column.notNull())
    await builder.addPrimaryKeyConstraint(`${table}_pkey`, ['organization_id', ...key] as never).execute()
  }
  for (const [name, table, columns, isUnique] of INDEXES) {
    const index = db.schema
      .createIndex(name)
      .on(table)
      .columns(['organization_id', ...columns])
    await (isUnique ? index.unique() : index).execute()
  }
}
