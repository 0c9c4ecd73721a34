import type { Generated, JSONColumnType } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { GeneratedInt8, Int8 } from './column-types.ts'
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

interface SumTables {
  record_counts: { organization_id: string; kind: string; system: string; status: string; total: Int8 }
  record_deadlines: { organization_id: string; kind: string; id: string; due_at: Int8 }
  record_excerpts: {
    organization_id: string
    kind: string
    id: string
    system: string
    excerpt: JSONColumnType<JsonObject>
  }
}

interface LedgerTables {
  ledger_entries: {
    organization_id: string
    index: Int8
    id: string
    epoch: Int8
    leaf: string
    salt: string
    payload: string
  }
  ledger_checkpoints: { organization_id: string; size: Int8; epoch: Int8; note: string }
  ledger_sequencers: { organization_id: string; epoch: Int8; holder: string; turn: GeneratedInt8 }
  ledger_inbox: { organization_id: string; position: Generated<string>; id: string; draft: string; turn: Int8 | null }
  ledger_keys: { organization_id: string; name: string; fingerprint: string }
}

interface JobTables {
  ledger_readers: { organization_id: string; name: string; position: Int8 }
  evaluation_trials: { organization_id: string; run: string; place: string; part: number; record: string }
  evaluation_parts: { organization_id: string; run: string; part: number }
}

export type Database = Record<RecordKind, RecordTable> & { projection: ProjectionTable } & SumTables &
  LedgerTables &
  IdentityTables &
  JobTables
