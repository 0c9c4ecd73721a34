import type { JSONColumnType } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { Int8 } from './column-types.ts'
import type { IdentityTables } from './identity-tables.ts'
import type { RecordKind } from '../../application/state/records.ts'

interface RecordTable {
  organization_id: string
  id: string
  system: string
  release_digest: string | null
  status: string
  topic: string
  at: Int8
  document: JSONColumnType<JsonObject>
}

interface ProjectionTable {
  organization_id: string
  entries: Int8
}

export type Database = Record<RecordKind, RecordTable> & { projection: ProjectionTable } & IdentityTables
