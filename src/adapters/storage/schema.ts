import type { ColumnType, JSONColumnType } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { RecordKind } from '../../application/state/records.ts'

type Int8 = ColumnType<string | number | bigint, number, number>

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

export type Database = Record<RecordKind, RecordTable> & { projection: ProjectionTable }
