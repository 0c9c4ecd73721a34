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
  'intake_requests',
  'commitments',
  'prompt_labels',
  'drafts',
  'webhooks',
  'evaluations',
  'escalations',
  'tool_approvals',
  'policy_packs',
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
  /** Of findings alone: what the same thing found again has too. */
  readonly fingerprint?: string | undefined
  /** Inclusive. */
  readonly since?: EpochMs | undefined
  /** Exclusive; pages go backwards in time. */
  readonly before?: EpochMs | undefined
  /** The page begins behind this record, whatever was added since. */
  readonly after?: PagePosition | undefined
  /** 1 to `LIST_MAX`; newest first. */
  readonly limit?: number | undefined
  /** Members of the document that are wanted; whole documents where it is not said. */
  readonly parts?: readonly string[] | undefined
}

/** The last instant that RFC 3339 can write. */
export const INSTANT_MAX = 253_402_300_799_999

export const LIST_MAX = 1_000
export const TALLY_MAX = 10_000

/** Where a record stands in the order of lists. */
export type PagePosition = Pick<StateRecord, 'at' | 'id'>

/** How many records of a system have a status. */
export interface Tally {
  readonly system: string
  readonly status: string
  readonly count: number
}

/** Where a record stands in the order of what is due, the first day first. */
export interface DuePosition {
  readonly dueAt: EpochMs
  readonly kind: string
  readonly id: string
}

/** A record that somebody should see to by some day. */
export interface Deadline extends DuePosition {
  readonly kind: RecordKind
}

/** Excerpts of one page. */
export const EXCERPTS_MAX = 5_000

/** A page of systems, by name. */
export interface SystemsPage {
  /** The page begins behind this name. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
  /** Those among which the page is; all where it is not said. */
  readonly systems?: readonly string[] | undefined
}

/** What of a record is drawn over time, kept apart from its document: a whole register of them can be read at once. */
export interface RecordExcerpt {
  readonly id: string
  readonly excerpt: JsonObject
}

/** One change that a ledger entry makes to the state. */
export interface RecordPut {
  readonly kind: RecordKind
  readonly record: StateRecord
}

/** The projection of the ledger, of one organization. */
export interface RecordStore {
  get(kind: RecordKind, id: string): Promise<StateRecord | undefined>
  /** Those of the ids that are known, in any order. */
  getMany(kind: RecordKind, ids: readonly string[]): Promise<readonly StateRecord[]>
  list(kind: RecordKind, filter: RecordFilter): Promise<readonly StateRecord[]>
  /** All records of a kind, ever. */
  count(kind: RecordKind): Promise<number>
  /** Counts by system and status; `TALLY_MAX` pairs at most. Kept with each change, not counted when they are asked for. */
  tally(kind: RecordKind, system?: string): Promise<readonly Tally[]>
  /** The newest record of each system, or of each of those named, by name, behind a name; `LIST_MAX` at most. `parts` as in filters. */
  newestOfEach(kind: RecordKind, parts?: readonly string[], page?: SystemsPage): Promise<readonly StateRecord[]>
  /** What is due by an instant (inclusive), behind a position; the first day first, `LIST_MAX` at most. */
  due(
    by: EpochMs,
    page: { readonly after?: DuePosition | undefined; readonly limit: number },
  ): Promise<readonly Deadline[]>
  /** Excerpts in the order of ids, behind one of them; `EXCERPTS_MAX` at most. Of kinds that have any. */
  excerpts(
    kind: RecordKind,
    page: { readonly system?: string | undefined; readonly after?: string | undefined },
  ): Promise<readonly RecordExcerpt[]>
  /** Forgets every record of this organization: the projection is about to be built anew. */
  reset(): Promise<void>
  /** Number of ledger entries already projected. */
  cursor(): Promise<number>
  /** All changes of the entry at the cursor and the cursor behind it; false and nothing when the cursor is elsewhere. */
  apply(index: number, puts: readonly RecordPut[]): Promise<boolean>
  close(): Promise<void>
}
