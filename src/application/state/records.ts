import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'

/** The tables of the state: each holds one kind of record, projected from ledger entries. */
export const RECORD_KINDS = [
  'releases',
  'evidence',
  'verdicts',
  'exceptions',
  'approvals',
  'risks',
  'deny_records',
  'decisions',
  'alerts',
  'incidents',
  'learned_cases',
  'api_keys',
  'workload_keys',
  'shares',
  'attestations',
  'decision_rights',
  'delegations',
  'approval_cases',
  'findings',
  'threat_models',
  'readiness',
  'vendors',
] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** Columns that every record has, to be filtered by; the rest is its document. */
export interface StateRecord<Document extends object = JsonObject> {
  readonly id: string
  readonly system: string
  readonly releaseDigest: Digest | null
  readonly status: string
  /** Groups records of one subject: a check id, an environment, a principal, … */
  readonly topic: string
  readonly at: EpochMs
  readonly document: Document
}

export interface RecordFilter {
  readonly system?: string | undefined
  readonly releaseDigest?: Digest | undefined
  readonly status?: string | undefined
  readonly topic?: string | undefined
  /** Inclusive. */
  readonly since?: EpochMs | undefined
  /** Exclusive; pages go backwards in time. */
  readonly before?: EpochMs | undefined
  /** 1 to `LIST_MAX`; newest first. */
  readonly limit?: number | undefined
}

export const LIST_MAX = 1_000

/** One change that a ledger entry makes to the state. */
export interface RecordPut {
  readonly kind: RecordKind
  readonly record: StateRecord
}

/** The projection of the ledger, of one organization. */
export interface RecordStore {
  get(kind: RecordKind, id: string): Promise<StateRecord | undefined>
  list(kind: RecordKind, filter: RecordFilter): Promise<readonly StateRecord[]>
  /** All records of a kind, ever. */
  count(kind: RecordKind): Promise<number>
  /** Forgets every record of this organization: the projection is about to be built anew. */
  reset(): Promise<void>
  /** Number of ledger entries already projected. */
  cursor(): Promise<number>
  /** All changes of one entry and the cursor behind it, or none. */
  apply(index: number, puts: readonly RecordPut[]): Promise<void>
  close(): Promise<void>
}
